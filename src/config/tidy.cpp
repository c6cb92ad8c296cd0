#include "pulse/config/tidy.h"

#include <map>

#include "pulse/base/text.h"

#include "spell.h"

namespace pulse::config {

namespace {

class Tidier {
  public:
    explicit Tidier(const Document& document) : document_(document) { index(document.root()); }

    std::string run();

  private:
    void index(const Block& block);
    void line(int number);
    void entry(const Entry& entry, std::string_view rest);
    void open(const Block& block, std::string_view rest);
    void close(int number);
    void comment_before(std::string_view rest);
    void put(std::string_view text);
    [[nodiscard]] std::string_view text(int number) const {
        const auto& line = document_.lines().at(static_cast<std::size_t>(number - 1));
        return std::string_view(document_.text()).substr(line.begin, line.end - line.begin);
    }
    [[nodiscard]] std::string_view view(const Token& token) const {
        return std::string_view(document_.text()).substr(token.begin, token.end - token.begin);
    }

    const Document& document_;
    std::map<int, const Entry*> entries_;  ///< by line
    std::map<int, const Block*> opened_;
    std::map<int, int> closed_;  ///< how many blocks, by line
    int depth_ = 0;
    bool blank_pending_ = false;
    bool after_opening_ = true;  ///< no blank lines here, as at the start of the file
    std::string out_;
};

void Tidier::index(const Block& block) {
    for (const auto& statement : block.statements) {
        if (const auto* entry = std::get_if<Entry>(&statement.content)) {
            entries_[document_.place(entry->key).line] = entry;
        } else {
            const auto& inner = std::get<Block>(statement.content);
            opened_[inner.first_line] = &inner;
            if (inner.closed) ++closed_[inner.last_line];
            index(inner);
        }
    }
}

void Tidier::put(std::string_view text) {
    if (blank_pending_ && !after_opening_) out_ += '\n';
    blank_pending_ = false;
    after_opening_ = false;
    out_.append(static_cast<std::size_t>(depth_) * 4, ' ');
    out_ += text;
    out_ += '\n';
}

/// What followed on a line that must end there.
void Tidier::comment_before(std::string_view rest) {
    rest = trim(rest);
    if (rest.starts_with('#')) put(rest);
}

void Tidier::entry(const Entry& entry, std::string_view rest) {
    comment_before(rest);
    std::string values;
    std::vector<std::string> words;
    for (const auto& token : entry.values) {
        values += " " + std::string(view(token));
        words.emplace_back(document_.value(token));
    }
    // Quotes that the original would stumble over are put differently, if that can be done. A line without an
    // equal sign is a mistake for its author to mend; quotes may be all that keeps a word there from looking
    // like one.
    if (entry.equals && !words.empty() && read_words(trim(values)) != words)
        if (const auto spelled = spell(words)) values = " " + *spelled;
    put(std::string(view(entry.key)) + (entry.equals ? " =" : "") + values);
}

void Tidier::open(const Block& block, std::string_view rest) {
    comment_before(rest);
    std::string name;
    if (block.name)
        name = spell_name(document_.value(*block.name)).value_or(std::string(view(*block.name))) + " ";
    put(std::string(view(block.keyword)) + " " + name + "{");
    ++depth_;
    after_opening_ = true;
}

void Tidier::close(int number) {
    auto rest = trim(text(number));
    rest = trim(rest.substr(std::min(rest.find_first_not_of('}'), rest.size())));
    std::string remark;
    if (!rest.empty()) remark = (rest.starts_with('#') ? " " : " # ") + std::string(rest);
    for (int left = closed_[number]; left > 0; --left) {
        --depth_;
        blank_pending_ = false;
        put(left == 1 ? "}" + remark : "}");
    }
}

void Tidier::line(int number) {
    const auto kind = document_.lines().at(static_cast<std::size_t>(number - 1)).kind;
    const auto after = [&](const Token& token) {
        const auto end = document_.lines().at(static_cast<std::size_t>(number - 1)).end;
        return std::string_view(document_.text()).substr(token.end, end - token.end);
    };
    if (kind == LineKind::blank) {
        blank_pending_ = true;
    } else if (kind == LineKind::block_close) {
        close(number);
    } else if (const auto entry_here = entries_.find(number); entry_here != entries_.end()) {
        const auto& found = *entry_here->second;
        entry(found, after(found.values.empty() ? found.equals.value_or(found.key) : found.values.back()));
    } else if (const auto block_here = opened_.find(number); block_here != opened_.end()) {
        const auto& found = *block_here->second;
        auto rest = after(found.name.value_or(found.keyword));
        rest.remove_prefix(std::min(rest.find('{') + 1, rest.size()));
        open(found, rest);
    } else {
        put(trim(text(number)));
    }
}

std::string Tidier::run() {
    const auto count = static_cast<int>(document_.lines().size());
    for (int number = 1; number <= count; ++number) line(number);
    blank_pending_ = false;
    while (depth_ > 0) {
        --depth_;
        put("}");
    }
    return out_.empty() ? "\n" : std::move(out_);  // a file without a byte would be refused
}

}  // namespace

std::string tidy(const Document& document) { return Tidier(document).run(); }

}  // namespace pulse::config
