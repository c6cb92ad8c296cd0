#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pulse {

/// Bytes from a stranger as one line of a log: what is not printable ASCII becomes \r, \n, \t or \xHH, a
/// backslash becomes two, and of more than `limit` bytes the rest is cut and marked with "...".
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t limit = 80);

}  // namespace pulse
