#include "pulse/config/edit.h"

#include <algorithm>
#include <ranges>
#include <vector>

#include "pulse/base/text.h"

#include "lexer.h"
#include "lines.h"
#include "report.h"
#include "spell.h"

namespace pulse::config {

namespace {

/// A part of the text, from one offset to another.
struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::string replaced(const std::string& text, Range range, std::string_view by) {
    return text.substr(0, range.begin) + std::string(by) + text.substr(range.end);
}

/// The document as numbered lines, from 1 as Block counts them; 0 is before the first.
class Lines {
  public:
    explicit Lines(const Document& document) : document_(document) {}

    [[nodiscard]] int count() const { return static_cast<int>(document_.lines().size()); }
    [[nodiscard]] const Line& operator[](int number) const {
        return document_.lines().at(static_cast<std::size_t>(number - 1));
    }
    [[nodiscard]] std::string_view text(int number) const {
        const auto& line = (*this)[number];
        return std::string_view(document_.text()).substr(line.begin, line.end - line.begin);
    }
    [[nodiscard]] bool is_blank(int number) const { return trim(text(number)).empty(); }
    [[nodiscard]] std::string indent(int number) const {
        const auto line = text(number);
        return std::string(line.substr(0, std::min(line.find_first_not_of(" \t"), line.size())));
    }

    /// Where the line after this one begins.
    [[nodiscard]] std::size_t after(int number) const {
        if (number < count()) return (*this)[number + 1].begin;
        if (number > 0) return document_.text().size();
        return document_.text().starts_with(utf8_mark) ? utf8_mark.size() : 0;
    }
    /// Of lines `first` to `last`, line ends included.
    [[nodiscard]] Range range(int first, int last) const { return {(*this)[first].begin, after(last)}; }

    /// The line end to use after this line: its own, or the file's.
    [[nodiscard]] std::string line_end(int number) const {
        for (const auto candidate : {number, number - 1, 1}) {
            if (candidate < 1 || candidate > count()) continue;
            const auto end = (*this)[candidate].end;
            if (end < after(candidate)) return document_.text().substr(end, after(candidate) - end);
        }
        return "\n";
    }

    /// The text with new lines after line `number`.
    [[nodiscard]] std::string insert_after(int number, const std::vector<std::string>& lines) const {
        const auto end = line_end(number);
        const bool unfinished = number > 0 && (*this)[number].end == after(number);
        std::string added = unfinished ? end : "";
        for (const auto& line : lines) added += line + end;
        if (unfinished) added.resize(added.size() - end.size());  // the file goes on without a last line end
        const auto at = after(number);
        return replaced(document_.text(), {at, at}, added);
    }

  private:
    const Document& document_;
};

int line_of(const Document& document, const Token& token) { return document.place(token).line; }

std::vector<const Entry*> entries(const Document& document, const Block& block, std::string_view key) {
    std::vector<const Entry*> found;
    for (const auto& statement : block.statements)
        if (const auto* entry = std::get_if<Entry>(&statement.content);
            entry && document.value(entry->key) == key)
            found.push_back(entry);
    return found;
}

std::vector<const Block*> inner_blocks(const Block& block) {
    std::vector<const Block*> found;
    for (const auto& statement : block.statements)
        if (const auto* inner = std::get_if<Block>(&statement.content)) found.push_back(inner);
    return found;
}

tl::unexpected<Error> refuse(int line, const std::string& why) {
    return fail(std::error_code(), "line " + std::to_string(line) + ": " + why);
}

/// Whether the block has lines of its own, which no other block begins or ends on.
Result<void> check_lines(const Block& block, const Block& parent) {
    if (!block.closed) return refuse(block.first_line, "the block that opens here is not closed");
    if (block.first_line == block.last_line)
        return refuse(block.first_line, "the block has all its text on one line");
    if (parent.kind != BlockKind::file && parent.closed && parent.last_line == block.last_line)
        return refuse(block.last_line, "more than one block closes here");
    return {};
}

/// The block that `wanted` stands directly in.
const Block& parent_of(const Block& root, const Block& wanted) {
    for (const auto* block : inner_blocks(root))
        for (const auto* inner : inner_blocks(*block))
            if (inner == &wanted) return *block;
    return root;
}

/// Lines of comments and blanks that belong to no block inside `block`, up to the first of those (in the
/// file: all of them), with a comment that shows `key` as it would be written.
std::optional<int> commented_out(const Document& document, const Block& block, std::string_view key) {
    const Lines lines(document);
    const auto blocks = inner_blocks(block);
    const bool is_file = block.kind == BlockKind::file;
    const auto last = is_file || blocks.empty() ? block.last_line : blocks.front()->first_line;
    int depth = 0;
    std::optional<int> found;
    for (int number = std::max(block.first_line, 1); number <= std::min(last, lines.count()); ++number) {
        const auto inside = [&](const Block* inner) {
            return inner->first_line <= number && number <= inner->last_line;
        };
        if (lines[number].kind != LineKind::comment || std::ranges::any_of(blocks, inside)) continue;
        auto text = trim(lines.text(number));
        text.remove_prefix(std::min(text.find_first_not_of("# \t"), text.size()));
        const auto words = split_words(text);
        if (words.empty()) continue;
        if (words.front() == "}") --depth;
        if (depth == 0 && words.size() > 2 && words[0] == key && words[1] == "=") found = number;
        if (words.size() == 3 && words.back() == "{" && block_keyword(words.front())) ++depth;
    }
    return found;
}

/// The last line of what opens the block: the brace may have a line of its own.
int opening_line(const Document& document, const Block& block) {
    const Lines lines(document);
    const auto blocks = inner_blocks(block);
    for (int number = block.first_line + 1; number <= block.last_line; ++number) {
        if (lines[number].kind == LineKind::blank || lines[number].kind == LineKind::comment) continue;
        const bool opens_inner = !blocks.empty() && blocks.front()->first_line == number;
        return lines[number].kind == LineKind::block_open && !opens_inner ? number : block.first_line;
    }
    return block.first_line;
}

/// The line that a new key goes below. Keys come before blocks: a real server's port is that of the virtual
/// as known when its block opens.
int line_for_new_key(const Document& document, const Block& block, std::string_view key) {
    if (const auto example = commented_out(document, block, key)) return *example;
    int after = block.kind == BlockKind::file ? 0 : opening_line(document, block);
    bool has_blocks = false;
    for (const auto& statement : block.statements) {
        has_blocks = has_blocks || std::holds_alternative<Block>(statement.content);
        const auto* entry = std::get_if<Entry>(&statement.content);
        if (entry && (!has_blocks || after == 0)) after = line_of(document, entry->key);
    }
    return after;
}

/// How the keys of a block are indented: as its other keys, those of a block like it, or four blanks deeper.
std::string key_indent(const Document& document, const Block& block) {
    const Lines lines(document);
    const auto own = [&](const Block& of) -> std::optional<std::string> {
        std::optional<std::string> found;
        for (const auto& statement : of.statements)
            if (const auto* entry = std::get_if<Entry>(&statement.content))
                found = lines.indent(line_of(document, entry->key));
        return found;
    };
    if (auto found = own(block)) return *found;
    if (block.kind == BlockKind::file) return "";
    const auto outer = lines.indent(block.first_line);
    for (const auto* other : inner_blocks(document.root())) {
        const auto alike = [&](const Block& candidate) {
            return candidate.kind == block.kind && lines.indent(candidate.first_line) == outer;
        };
        if (alike(*other))
            if (auto found = own(*other)) return *found;
        for (const auto* inner : inner_blocks(*other))
            if (alike(*inner))
                if (auto found = own(*inner)) return *found;
    }
    return outer + "    ";
}

/// How blocks inside `parent` are indented.
std::string block_indent(const Document& document, const Block& parent) {
    if (parent.kind == BlockKind::file) return "";
    const Lines lines(document);
    const auto blocks = inner_blocks(parent);
    return blocks.empty() ? key_indent(document, parent) : lines.indent(blocks.back()->first_line);
}

std::string_view keyword(BlockKind kind) {
    return kind == BlockKind::virtual_server ? "virtual"
           : kind == BlockKind::failover     ? "failover"
                                             : "server";
}

/// Whether a line of `text` reads as `key` with these values.
bool reads_as(const std::string& text, std::size_t at, std::string_view key,
              std::span<const std::string> values) {
    const auto lines = split_lines(text);
    const auto line = std::prev(std::ranges::upper_bound(lines, at, {}, &Line::begin));
    const auto alone = text.substr(line->begin, line->end - line->begin);
    const auto parsed = parse(alone);
    const auto* entry = parsed.document.find(parsed.document.root(), key);
    if (!entry || entry->broken || !entry->equals || entry->values.size() != values.size()) return false;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (parsed.document.value(entry->values[i]) != values[i]) return false;
    return true;
}

/// The text with the values of one entry exchanged. Where the comment behind them would change how they are
/// read, it gets a line of its own before them.
std::string with_values(const Document& document, const Entry& entry, std::string_view key,
                        std::span<const std::string> values, const std::string& spelled) {
    const auto begin =
        entry.values.empty() ? entry.equals.value_or(entry.key).end : entry.values.front().begin;
    const auto end = entry.values.empty() ? begin : entry.values.back().end;
    if (entry.equals && !entry.broken) {
        auto changed = replaced(document.text(), {begin, end}, (entry.values.empty() ? " " : "") + spelled);
        if (reads_as(changed, begin, key, values)) return changed;
    }
    const Lines lines(document);
    const auto number = line_of(document, entry.key);
    const auto& line = lines[number];
    const auto indent = lines.indent(number);
    const auto rest = trim(std::string_view(document.text()).substr(end, line.end - end));
    const auto comment =
        rest.starts_with('#') ? indent + std::string(rest) + lines.line_end(number) : std::string();
    return replaced(document.text(), {line.begin, line.end},
                    comment + indent + std::string(key) + " = " + spelled);
}

/// The comment lines right above a block, which go where it goes, and the block.
Range with_comments(const Lines& lines, const Block& block) {
    auto first = block.first_line;
    while (first > 1 && lines[first - 1].kind == LineKind::comment) --first;
    return {lines[first].begin, lines[block.last_line].end};
}

}  // namespace

Result<std::string> set_key(const Document& document, const Block& block, std::string_view key,
                            std::span<const std::string> values) {
    const auto spelled = spell(values);
    if (!spelled || values.empty())
        return fail(std::error_code(), "no line of the file could hold this value for " + quoted(key));
    if (const auto old = entries(document, block, key); !old.empty())
        return with_values(document, *old.back(), key, values, *spelled);
    if (block.kind != BlockKind::file && block.first_line == block.last_line)
        return refuse(block.first_line, "the block has all its text on one line");
    return Lines(document).insert_after(line_for_new_key(document, block, key),
                                        {key_indent(document, block) + std::string(key) + " = " + *spelled});
}

std::string unset_key(const Document& document, const Block& block, std::string_view key) {
    const Lines lines(document);
    auto text = document.text();
    auto old = entries(document, block, key);
    for (const auto* entry : old | std::views::reverse) {
        const auto number = line_of(document, entry->key);
        text = replaced(text, lines.range(number, number), "");
    }
    return text;
}

Result<std::string> add_block(const Document& document, const Block& parent, BlockKind kind,
                              std::string_view name) {
    const auto spelled = spell_name(name);
    if (!spelled) return fail(std::error_code(), "no block can have the name " + quoted(name));
    const Lines lines(document);
    const auto siblings = Document::blocks(parent, kind);
    const bool in_file = parent.kind == BlockKind::file;
    for (const auto* inner : inner_blocks(parent))
        if (auto sound = check_lines(*inner, parent); !sound) return tl::unexpected(sound.error());
    if (!in_file)
        if (auto sound = check_lines(parent, document.root()); !sound) return tl::unexpected(sound.error());

    auto after = in_file ? lines.count() : parent.last_line - 1;
    if (!siblings.empty()) after = siblings.back()->last_line;
    const auto above = siblings.empty() ? 0 : siblings.back()->first_line - 1;
    const bool apart = in_file || (above > 0 && lines.is_blank(above));
    std::vector<std::string> added;
    if (apart && after > 0 && !lines.is_blank(after)) added.emplace_back();
    const auto indent = block_indent(document, parent);
    added.push_back(indent + std::string(keyword(kind)) + " " + *spelled + " {");
    added.push_back(indent + "}");
    return lines.insert_after(after, added);
}

Result<std::string> remove_block(const Document& document, const Block& block) {
    if (auto sound = check_lines(block, parent_of(document.root(), block)); !sound)
        return tl::unexpected(sound.error());
    const Lines lines(document);
    const auto first = block.first_line;
    auto last = block.last_line;
    const bool blank_before = first == 1 || lines.is_blank(first - 1);
    if (blank_before && last < lines.count() && lines.is_blank(last + 1)) ++last;
    return replaced(document.text(), lines.range(first, last), "");
}

Result<std::string> rename_block(const Document& document, const Block& block, std::string_view name) {
    if (!block.name) return refuse(block.first_line, "the block has no name to change");
    const auto spelled = spell_name(name);
    if (!spelled) return fail(std::error_code(), "no block can have the name " + quoted(name));
    const bool brace_follows = document.text().compare(block.name->end, 1, "{") == 0;
    const bool apart = brace_follows && *spelled != name;  // quotes want a blank behind them
    return replaced(document.text(), {block.name->begin, block.name->end}, *spelled + (apart ? " " : ""));
}

Result<std::string> move_block(const Document& document, const Block& parent, BlockKind kind,
                               std::size_t from, std::size_t to) {
    const auto siblings = Document::blocks(parent, kind);
    if (from >= siblings.size() || to >= siblings.size())
        return fail(std::error_code(), "there are only " + std::to_string(siblings.size()) + " such blocks");
    for (const auto* block : siblings)
        if (auto sound = check_lines(*block, parent); !sound) return tl::unexpected(sound.error());
    auto order = siblings;
    const auto at = [&](std::size_t index) { return order.begin() + static_cast<std::ptrdiff_t>(index); };
    if (from < to)
        std::rotate(at(from), at(from) + 1, at(to) + 1);
    else
        std::rotate(at(to), at(from), at(from) + 1);

    // Each block takes the place of another; what stands between the places stays there.
    const Lines lines(document);
    std::string text;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < siblings.size(); ++i) {
        const auto place = with_comments(lines, *siblings[i]);
        const auto taken = with_comments(lines, *order[i]);
        text += document.text().substr(kept, place.begin - kept) +
                document.text().substr(taken.begin, taken.end - taken.begin);
        kept = place.end;
    }
    return text + document.text().substr(kept);
}

}  // namespace pulse::config
