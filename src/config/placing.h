#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/config/document.h"

namespace pulse::config {

/// A part of the text, from one offset to another.
struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// `text` with a part of it exchanged.
[[nodiscard]] std::string replaced(const std::string& text, Range range, std::string_view by);

/// The document as numbered lines, from 1 as Block counts them; 0 is before the first.
class Lines {
  public:
    explicit Lines(const Document& document) : document_(document) {}

    [[nodiscard]] int count() const { return static_cast<int>(document_.lines().size()); }
    [[nodiscard]] const Line& operator[](int number) const {
        return document_.lines().at(static_cast<std::size_t>(number - 1));
    }
    [[nodiscard]] std::string_view text(int number) const;
    [[nodiscard]] bool is_blank(int number) const;
    [[nodiscard]] std::string indent(int number) const;

    /// Where the line after this one begins.
    [[nodiscard]] std::size_t after(int number) const;

    /// Of lines `first` to `last`, line ends included.
    [[nodiscard]] Range range(int first, int last) const { return {(*this)[first].begin, after(last)}; }

    /// The line end to use after this line: its own, or the file's.
    [[nodiscard]] std::string line_end(int number) const;

    /// The text with new lines after line `number`.
    [[nodiscard]] std::string insert_after(int number, const std::vector<std::string>& lines) const;

  private:
    const Document& document_;
};

[[nodiscard]] std::vector<const Block*> inner_blocks(const Block& block);

/// The line that a new key goes below. Keys come before blocks: a real server's port is that of the virtual
/// as known when its block opens.
[[nodiscard]] int line_for_new_key(const Document& document, const Block& block, std::string_view key);

/// How the keys of a block are indented: as its other keys, those of a block like it, or four blanks deeper.
[[nodiscard]] std::string key_indent(const Document& document, const Block& block);

/// How blocks inside `parent` are indented.
[[nodiscard]] std::string block_indent(const Document& document, const Block& parent);

}  // namespace pulse::config
