#include <algorithm>
#include <array>

#include "pulse/base/text.h"

#include "foreign.h"
#include "lexer.h"
#include "limits.h"
#include "lines.h"
#include "not_text.h"
#include "suggest.h"

namespace pulse::config {

namespace {

using Shape = LexedLine::Shape;

/// How a block of this kind opens.
std::string opening(std::string_view keyword, BlockKind kind) {
    return std::string(keyword) + (has_name(kind) ? " NAME {" : " {");
}

class Parser {
  public:
    explicit Parser(std::string_view text)
        : text_(without_zero_tail(text)),
          zeros_(text.size() - text_.size()),
          lines_(text_.size() > largest_file ? std::vector<Line>() : split_lines(text_)) {}

    ParsedDocument run();

  private:
    [[nodiscard]] std::string_view view(const Token& token) const {
        return text_.substr(token.begin, token.end - token.begin);
    }
    [[nodiscard]] std::string_view line_text(std::size_t index) const {
        return text_.substr(lines_[index].begin, lines_[index].end - lines_[index].begin);
    }
    [[nodiscard]] int number() const { return static_cast<int>(index_) + 1; }
    [[nodiscard]] Place place(const Token& token) const {
        return {.line = number(), .column = static_cast<int>(token.begin - lines_[index_].begin) + 1};
    }

    [[nodiscard]] bool hopeless();
    void encoding();
    void ending();
    [[nodiscard]] Place place_in(std::size_t index, std::size_t at) const {
        return {.line = static_cast<int>(index) + 1,
                .column = static_cast<int>(at - lines_[index].begin) + 1};
    }
    [[nodiscard]] bool looks_like_ldirectord() const;
    void statement();
    void header(const LexedLine& lexed);
    void block(BlockKind kind, const LexedLine& lexed);
    void brace(const LexedLine& lexed, std::size_t at);
    void missing_brace(const LexedLine& lexed);
    void skip_foreign(const LexedLine& lexed);
    void close(const LexedLine& lexed);
    void entry(const LexedLine& lexed);
    void pop(bool closed, std::size_t last_index);
    void make_room(BlockKind kind, const LexedLine& lexed);

    std::string_view text_;
    std::size_t zeros_;  ///< bytes after the text
    std::vector<Line> lines_;
    std::size_t index_ = 0;
    std::vector<Block> open_ = {Block{.first_line = 1}};  ///< the file, then every block we are inside of
    bool awaiting_brace_ = false;
    ForeignSyntax foreign_;
    bool is_ldirectord_ = false;
    std::size_t blocks_ = 0;
    std::optional<Diagnostic> cut_off_;
    Report report_;
};

/// Whether the file is not worth taking apart: no text, or more of it than any lvs.cf has.
bool Parser::hopeless() {
    if (auto said = not_text(text_))
        report_.add(*std::move(said));
    else if (text_.size() > largest_file)
        report_.error({}, "a file of more than " + std::to_string(largest_file >> 20U) + " MiB");
    else if (lines_.size() > most_lines)
        report_.error({}, "a file of more than " + std::to_string(most_lines) + " lines");
    else
        return false;
    return true;
}

void Parser::encoding() {
    if (text_.empty())
        report_.error({}, "Empty configuration", zeros_ > 0 ? "the file holds nothing but zero bytes" : "");
    else if (zeros_ > 0)
        report_.warning(
            {.line = static_cast<int>(lines_.size())}, "zero bytes after the end of the text",
            "a crash while a file is saved leaves such; see that nothing is missing and save it anew");
    if (const auto at = text_.find('\0'); at != std::string_view::npos) {
        const auto after = std::ranges::upper_bound(lines_, at, {}, &Line::begin);
        report_.error(place_in(static_cast<std::size_t>(after - lines_.begin()) - 1, at), "a zero byte",
                      "no text has one, and what follows it would be lost; write the line anew");
    }
    const auto marked = std::ranges::find_if(
        lines_, [this](const Line& line) { return text_.substr(0, line.begin).ends_with(utf8_mark); });
    if (marked != lines_.end())
        report_.warning({.line = static_cast<int>(marked - lines_.begin()) + 1},
                        "a UTF-8 byte order mark before the line",
                        "the original takes it for part of the key; save the file without it");
    if (const auto at = text_.find('\r'); at != std::string_view::npos) {
        const auto line = std::ranges::find(lines_, at, &Line::end);
        report_.warning({.line = static_cast<int>(line - lines_.begin()) + 1},
                        "the line ends with a carriage return",
                        "the original ignores everything up to the last one; convert the file with dos2unix");
    }
}

/// Closes the innermost block, `closed` by its brace or given up.
void Parser::pop(bool closed, std::size_t last_index) {
    auto block = std::move(open_.back());
    open_.pop_back();
    block.closed = closed;
    block.last_line = static_cast<int>(last_index) + 1;
    open_.back().statements.push_back({std::move(block)});
}

/// A block may begin only where its kind is allowed. If it is allowed further out, a brace is missing before
/// it.
void Parser::make_room(BlockKind kind, const LexedLine& lexed) {
    const auto fits = [&](const Block& outer) {
        if (kind != BlockKind::server) return outer.kind == BlockKind::file;
        return outer.kind == BlockKind::virtual_server || outer.kind == BlockKind::failover;
    };
    const auto& inner = open_.back();
    if (fits(inner)) return;
    const auto text = "unknown command: " + quoted(view(lexed.first));
    if (kind == BlockKind::server && inner.kind == BlockKind::file)
        return report_.error(place(lexed.first), text, "a server block belongs inside a virtual block");
    report_.error(
        place(lexed.first), text,
        "the block that opens on line " + std::to_string(inner.first_line) + " has no closing brace");
    while (open_.size() > 1 && !fits(open_.back())) pop(false, index_ - 1);
}

/// The words from `at` on must be an opening brace and nothing else.
void Parser::brace(const LexedLine& lexed, std::size_t at) {
    if (lexed.broken) return;
    const auto& rest = lexed.rest;
    auto open = at;
    while (open < rest.size() && !view(rest[open]).starts_with('{')) ++open;
    if (open == rest.size()) return missing_brace(lexed);
    if (open > at)
        report_.error(
            place(rest[at]), "unexpected arguments: " + quoted(view(rest[at])),
            has_name(open_.back().kind) ? "a name with blanks needs quotes" : "this block has no name");
    else if (view(rest[open]) != "{" || open + 1 < rest.size())
        report_.error(place(rest[open]),
                      "unexpected arguments: " + quoted(view({rest[open].begin, rest.back().end})),
                      "the line ends with the opening brace; what follows belongs on lines of its own");
    if (view(rest.back()).ends_with('}')) pop(true, index_);
}

/// The block is taken as opened: its keys are sure to follow, whether a brace on the next line comes first or
/// not.
void Parser::missing_brace(const LexedLine& lexed) {
    awaiting_brace_ = true;
    report_.error(place(lexed.first), "missing arguments",
                  (has_name(open_.back().kind) ? "a block opens with a name and a brace on one line: "
                                               : "the block opens with a brace on the same line: ") +
                      opening(view(lexed.first), open_.back().kind));
}

void Parser::block(BlockKind kind, const LexedLine& lexed) {
    make_room(kind, lexed);
    lines_[index_].kind = LineKind::block_open;
    ++blocks_;
    Block block{.kind = kind, .keyword = lexed.first, .first_line = number()};
    const bool named = has_name(kind) && !lexed.rest.empty() &&
                       (lexed.rest.front().quote != '\0' || view(lexed.rest.front()) != "{");
    if (named) block.name = lexed.rest.front();
    open_.push_back(std::move(block));
    if (has_name(kind) && !named && !lexed.rest.empty())
        report_.error(place(lexed.first), "missing arguments",
                      "the block needs a name: " + opening(view(lexed.first), kind));
    brace(lexed, named ? 1 : 0);
}

/// Skips to the matching brace, or to the next block that is ours beyond doubt.
void Parser::skip_foreign(const LexedLine& lexed) {
    foreign_.add(view(lexed.first), place(lexed.first));
    Block block{.kind = BlockKind::foreign, .keyword = lexed.first, .first_line = number(), .closed = false};
    int depth = 0;
    auto last = index_;
    for (auto at = index_; at < lines_.size(); ++at) {
        if (at > index_) {
            Report unheard;
            const auto inner = lex(text_, lines_[at], 0, unheard);
            const auto kind = block_keyword(view(inner.first));
            if (inner.shape == Shape::header && kind && *kind != BlockKind::server &&
                inner.rest.size() == (has_name(*kind) ? 2U : 1U))
                break;
        }
        lines_[at].kind = LineKind::foreign;
        last = at;
        depth += brace_balance(line_text(at));
        if (depth <= 0) {
            block.closed = true;
            break;
        }
    }
    block.last_line = static_cast<int>(last) + 1;
    open_.back().statements.push_back({std::move(block)});
    index_ = last;
}

void Parser::header(const LexedLine& lexed) {
    const auto word = view(lexed.first);
    if (const auto kind = block_keyword(word)) return block(*kind, lexed);
    constexpr auto keywords = std::to_array<std::string_view>({"virtual", "failover", "server", "sysctl"});
    const auto meant = is_keepalived_directive(word) ? std::string_view{} : nearest(word, keywords);
    if (meant.empty()) return skip_foreign(lexed);
    report_.error(place(lexed.first), "unknown command: " + quoted(word),
                  "did you mean " + quoted(meant) + "?");
    block(block_keyword(meant).value_or(BlockKind::server), lexed);
}

void Parser::close(const LexedLine& lexed) {
    lines_[index_].kind = LineKind::block_close;
    if (!lexed.rest.empty())
        report_.warning(place(lexed.rest.front()), "text after a closing brace is ignored");
    for (auto at = lexed.first.begin; at < lexed.first.end; ++at) {
        const Token one{.begin = at, .end = at + 1};
        if (at > lexed.first.begin)
            report_.warning(place(one), "more than one closing brace on a line",
                            "the original wants each on a line of its own");
        if (open_.size() > 1)
            pop(true, index_);
        else
            report_.error(place(one), "unknown command: \"}\"", "no block is open here");
    }
}

void Parser::entry(const LexedLine& lexed) {
    const auto word = view(lexed.first);
    lines_[index_].kind = LineKind::entry;
    const bool at_top = open_.size() == 1;
    if ((!lexed.equals && is_keepalived_directive(word)) || (is_ldirectord_ && at_top)) {
        lines_[index_].kind = LineKind::foreign;
        return foreign_.add(word, place(lexed.first));
    }
    open_.back().statements.push_back(
        {Entry{.key = lexed.first, .equals = lexed.equals, .values = lexed.rest, .broken = lexed.broken}});
}

void Parser::statement() {
    const auto lexed = lex(text_, lines_[index_], number(), report_);
    const bool awaiting = awaiting_brace_;
    if (lexed.shape != Shape::blank && lexed.shape != Shape::comment) awaiting_brace_ = false;
    switch (lexed.shape) {
        case Shape::blank:
            break;
        case Shape::comment:
            lines_[index_].kind = LineKind::comment;
            break;
        case Shape::close:
            close(lexed);
            break;
        case Shape::entry:
            entry(lexed);
            break;
        case Shape::header:
            if (awaiting && view(lexed.first) == "{")
                lines_[index_].kind = LineKind::block_open;
            else
                header(lexed);
            break;
    }
}

/// ldirectord's files have no blocks: their services and servers are assignments.
bool Parser::looks_like_ldirectord() const {
    const auto assigns = [this](bool (*wanted)(std::string_view)) {
        return std::ranges::any_of(lines_, [&](const Line& line) {
            const auto words = trim(text_.substr(line.begin, line.end - line.begin));
            const auto word = words.substr(0, words.find_first_of("= \t"));
            return wanted(word) && trim(words.substr(word.size())).starts_with('=');
        });
    };
    return assigns(is_ldirectord_service) && assigns(is_ldirectord_server);
}

/// A file that a full disk or a broken connection has cut short ends inside a block or a line. The original
/// takes both, and so they are no errors.
void Parser::ending() {
    const auto cut = [this](Place place, std::string text, std::string hint) {
        const Diagnostic said{.severity = Severity::warning,
                              .line = place.line,
                              .column = place.column,
                              .text = std::move(text),
                              .hint = std::move(hint)};
        if (!cut_off_) cut_off_ = said;
        report_.add(said);
    };
    for (; open_.size() > 1; pop(false, lines_.size() - 1)) {
        const auto& inner = open_.back();
        cut(place_in(static_cast<std::size_t>(inner.first_line) - 1, inner.keyword.begin),
            "the block that opens here is not closed",
            "add a closing brace at the end of the file, if it is all there: a reload refuses a file that "
            "may "
            "be cut off");
    }
    if (cut_off_ || lines_.empty() || lines_.back().kind != LineKind::entry) return;
    if (lines_.back().end == text_.size())
        cut({.line = static_cast<int>(lines_.size())}, "the last line has no line end",
            "add one, if the line is all there: a reload refuses a file that may be cut off");
}

ParsedDocument Parser::run() {
    bool given_up = hopeless();
    if (!given_up) {
        encoding();
        is_ldirectord_ = looks_like_ldirectord();
    }
    for (; !given_up && index_ < lines_.size(); ++index_) {
        statement();
        if (blocks_ <= most_blocks) continue;
        report_ = Report();  // which may be full
        report_.error({.line = number()}, "more than " + std::to_string(most_blocks) + " blocks");
        given_up = true;
    }
    if (given_up)
        while (open_.size() > 1) pop(false, index_);
    else
        ending();
    auto foreign = foreign_.diagnostic();
    if (foreign) report_.add(*foreign);
    auto root = std::move(open_.front());
    root.last_line = static_cast<int>(lines_.size());
    return {.document = Document(std::string(text_), std::move(lines_), std::move(root)),
            .diagnostics = std::move(report_).sorted(),
            .foreign = std::move(foreign),
            .cut_off = std::move(cut_off_),
            .given_up = given_up};
}

}  // namespace

ParsedDocument parse(std::string_view text) { return Parser(text).run(); }

}  // namespace pulse::config
