#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pulse/config/diagnostic.h"

namespace pulse::config {

/// One word of the file: where it stands, quotes included.
struct Token {
    std::size_t begin = 0;
    std::size_t end = 0;
    char quote = '\0';  ///< the quote character around it; '\0' if bare
};

/// Where something is, as an operator counts: from 1, columns in bytes.
struct Place {
    int line = 0;
    int column = 0;
};

enum class LineKind { blank, comment, entry, block_open, block_close, foreign };

/// One physical line. Every byte of the file is in a line or in the line ends between them.
struct Line {
    std::size_t begin = 0;
    std::size_t end = 0;  ///< without the line end
    LineKind kind = LineKind::blank;
};

/// `key = value …`
struct Entry {
    Token key;
    std::optional<Token> equals;
    std::vector<Token> values;
    bool broken = false;  ///< its values could not be told apart, and that has been reported
};

enum class BlockKind { file, virtual_server, failover, server, sysctl, foreign };

/// Whether blocks of this kind have a name.
[[nodiscard]] constexpr bool has_name(BlockKind kind) {
    return kind != BlockKind::file && kind != BlockKind::sysctl;
}

struct Statement;

/// The whole file, or `KEYWORD NAME { … }` or `sysctl { … }` in it.
struct Block {
    BlockKind kind = BlockKind::file;
    Token keyword;
    std::optional<Token> name;
    int first_line = 0;
    int last_line = 0;   ///< of the closing brace, or the last line before the block was given up
    bool closed = true;  ///< false: its brace is missing
    std::vector<Statement> statements;
};

/// What a block is made of, in the order of the file.
struct Statement {
    std::variant<Entry, Block> content;
};

/// The text of an lvs.cf with its structure laid over it. Nothing of the text is lost: comments, blank lines
/// and line ends stay where they are, so that writing a document is writing its text.
class Document {
  public:
    Document(std::string text, std::vector<Line> lines, Block root)
        : text_(std::move(text)), lines_(std::move(lines)), root_(std::move(root)) {}

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
    [[nodiscard]] const Block& root() const { return root_; }

    /// What the token says: its text without the quotes around it.
    [[nodiscard]] std::string_view value(const Token& token) const;

    [[nodiscard]] Place place(std::size_t offset) const;
    [[nodiscard]] Place place(const Token& token) const { return place(token.begin); }

    /// The entry that counts for `key` directly in `block`: the last one. nullptr if there is none.
    [[nodiscard]] const Entry* find(const Block& block, std::string_view key) const;

    /// The blocks of one kind directly in `block`, in the order of the file.
    [[nodiscard]] static std::vector<const Block*> blocks(const Block& block, BlockKind kind);

  private:
    std::string text_;
    std::vector<Line> lines_;
    Block root_;
};

/// A document and what there is to say about its shape; keys and values have not been looked at yet.
struct ParsedDocument {
    Document document;
    std::vector<Diagnostic> diagnostics;
    std::optional<Diagnostic> foreign;  ///< the one that says that there is another program's syntax
    std::optional<Diagnostic> cut_off;  ///< the one that says that the text ends inside a block or a line
    bool given_up = false;              ///< it is not text, or too much: the diagnostics say what
};

/// Finds the structure of any text at all. Zero bytes after its end are not part of the document.
[[nodiscard]] ParsedDocument parse(std::string_view text);

}  // namespace pulse::config
