#include "lexer.h"

#include <algorithm>

#include "limits.h"

namespace pulse::config {

namespace {

constexpr std::string_view blanks = " \t";

/// Where a quoted word closes: `at` is the closing quote.
struct Closing {
    std::size_t at = std::string_view::npos;
    bool original_differs = false;
};

class LineLexer {
  public:
    LineLexer(std::string_view text, const Line& line, int number, Report& report)
        : text_(text.substr(0, line.end)), begin_(line.begin), number_(number), report_(report) {}

    LexedLine run();

  private:
    [[nodiscard]] bool at_end(std::size_t at) const { return at >= text_.size(); }
    [[nodiscard]] bool is_blank(std::size_t at) const { return text_[at] == ' ' || text_[at] == '\t'; }
    [[nodiscard]] bool is_break(std::size_t at) const { return at_end(at) || is_blank(at); }
    [[nodiscard]] bool only_blanks_from(std::size_t at) const { return at_end(skip_blanks(at)); }
    [[nodiscard]] std::size_t skip_blanks(std::size_t at) const {
        return std::min(text_.find_first_not_of(blanks, at), text_.size());
    }
    [[nodiscard]] std::string_view view(const Token& token) const {
        return text_.substr(token.begin, token.end - token.begin);
    }
    [[nodiscard]] Place place(std::size_t at) const {
        return {.line = number_, .column = static_cast<int>(at - begin_) + 1};
    }

    [[nodiscard]] Closing closing_quote(std::size_t open) const;
    Token word(std::size_t at);
    void words(std::size_t at, bool are_values);
    void split_attached_brace();
    void entry(std::size_t equals_at);

    std::string_view text_;
    std::size_t begin_;
    int number_;
    Report& report_;
    LexedLine out_;
};

/// The original looks for the closing quote only from the first blank on. Where that takes up the rest of the
/// line, it is what the file has meant all along. Otherwise a quote closes when a blank or the line's end
/// follows; one after a backslash only if no other comes.
Closing LineLexer::closing_quote(std::size_t open) const {
    const char quote = text_[open];
    const auto blank = text_.find_first_of(blanks, open);
    const auto original =
        blank == std::string_view::npos ? text_.find_last_of(quote) : text_.find(quote, blank);
    if (original != std::string_view::npos && original > open &&
        (blank == std::string_view::npos ? original + 1 == text_.size() : only_blanks_from(original + 1)))
        return {.at = original};
    for (auto at = text_.find(quote, open + 1); at != std::string_view::npos;
         at = text_.find(quote, at + 1)) {
        const bool escaped = text_[at - 1] == '\\' && text_.find(quote, at + 1) != std::string_view::npos;
        const bool before_brace = !at_end(at + 1) && text_[at + 1] == '{' && only_blanks_from(at + 2);
        if (!escaped && (is_break(at + 1) || before_brace))
            return {.at = at, .original_differs = at != original};
    }
    return {};
}

Token LineLexer::word(std::size_t at) {
    if (text_[at] != '"' && text_[at] != '\'')
        return {.begin = at, .end = std::min(text_.find_first_of(blanks, at), text_.size())};
    const auto closing = closing_quote(at);
    if (closing.at == std::string_view::npos) {
        report_.error(place(at), "quotation mismatch", "the quote that opens here is not closed");
        out_.broken = true;
        return {.begin = at, .end = text_.size()};
    }
    if (closing.original_differs || !is_break(closing.at + 1))
        report_.warning(place(at), "quotes that the original takes for a quotation mismatch",
                        only_blanks_from(closing.at + 1)
                            ? "it allows neither blanks after the closing quote nor quotes inside"
                            : "it allows nothing after the closing quote; leave the quotes away");
    return {.begin = at, .end = closing.at + 1, .quote = text_[at]};
}

void LineLexer::words(std::size_t at, bool are_values) {
    for (at = skip_blanks(at); !at_end(at); at = skip_blanks(at)) {
        const bool lone_value = are_values && out_.rest.empty() && at_end(text_.find_first_of(blanks, at));
        if (text_[at] == '#' && lone_value) {
            report_.warning(place(at), "a # that is read as the value, not as a comment",
                            "put comments on lines of their own, or quotes around the value");
        } else if (text_[at] == '#') {
            report_.warning(place(at), "a comment after other text",
                            "the original allows comments only on lines of their own");
            return;
        }
        out_.rest.push_back(word(at));
        at = out_.rest.back().end;
    }
}

void LineLexer::split_attached_brace() {
    if (out_.rest.empty()) return;
    auto& last = out_.rest.back();
    if (last.quote != '\0' || last.end - last.begin < 2 || text_[last.end - 1] != '{') return;
    const Token brace{.begin = last.end - 1, .end = last.end};
    last.end = brace.begin;
    out_.rest.push_back(brace);
    out_.brace_attached = true;
}

void LineLexer::entry(std::size_t equals_at) {
    out_.shape = LexedLine::Shape::entry;
    const auto after = equals_at + 1;
    if (!at_end(after) && text_[after] == '=') return words(equals_at, true);
    out_.equals = Token{.begin = equals_at, .end = after};
    if (out_.first.end == equals_at || !is_break(after))
        report_.warning(place(equals_at), "no blanks around the equal sign",
                        "the original wants the equal sign as a word of its own");
    words(after, true);
}

LexedLine LineLexer::run() {
    const auto start = skip_blanks(begin_);
    if (at_end(start)) return out_;
    if (text_[start] == '#') {
        out_.shape = LexedLine::Shape::comment;
        return out_;
    }
    if (text_[start] == '}') {
        out_.shape = LexedLine::Shape::close;
        out_.first = {.begin = start, .end = std::min(text_.find_first_not_of('}', start), text_.size())};
        const auto after = skip_blanks(out_.first.end);
        if (!at_end(after) && text_[after] != '#') out_.rest.push_back({.begin = after, .end = text_.size()});
        return out_;
    }
    out_.first = {.begin = start, .end = std::min(text_.find_first_of(" \t={", start + 1), text_.size())};
    const auto next = skip_blanks(out_.first.end);
    const bool keyword = block_keyword(view(out_.first)).has_value();
    if (!at_end(next) && text_[next] == '=' && !keyword) {
        entry(next);
        return out_;
    }
    words(next, false);
    split_attached_brace();
    const auto is_brace = [this](const Token& token) { return view(token) == "{"; };
    const bool braced = is_brace(out_.first) || std::ranges::any_of(out_.rest, is_brace);
    const bool assigned = !out_.rest.empty() && view(out_.rest.front()).starts_with('=');
    out_.shape = braced || (keyword && !assigned) ? LexedLine::Shape::header : LexedLine::Shape::entry;
    if (out_.shape == LexedLine::Shape::header && out_.brace_attached && keyword)
        report_.warning(place(out_.rest.back().begin), "no blank before the brace",
                        "the original wants the brace as a word of its own");
    return out_;
}

}  // namespace

std::optional<BlockKind> block_keyword(std::string_view word) {
    if (word == "virtual") return BlockKind::virtual_server;
    if (word == "failover") return BlockKind::failover;
    if (word == "server") return BlockKind::server;
    if (word == "sysctl") return BlockKind::sysctl;
    return std::nullopt;
}

LexedLine lex(std::string_view text, const Line& line, int number, Report& report) {
    if (line.end - line.begin > longest_line) {
        report.error({.line = number}, "a line of more than " + std::to_string(longest_line) + " bytes");
        return {};
    }
    return LineLexer(text, line, number, report).run();
}

}  // namespace pulse::config
