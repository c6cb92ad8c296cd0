#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pulse {

/// Bytes from a stranger as one line of a log: what is not printable ASCII becomes \r, \n, \t or \xHH, a
/// backslash becomes two, and of more than `limit` bytes the rest is cut and marked with "...".
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t limit = 80);

/// Text that another process should have made printable: the same, if it is one line of printable ASCII of no
/// more than `limit` bytes; else as `printable` has it, within the limit.
[[nodiscard]] std::string printable_text(std::string_view text, std::size_t limit);

}  // namespace pulse
