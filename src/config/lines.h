#pragma once

#include <string_view>
#include <vector>

#include "pulse/config/document.h"

namespace pulse::config {

inline constexpr std::string_view utf8_mark = "\xef\xbb\xbf";

/// The physical lines of a text. A line ends in LF, CR LF or CR; byte order marks before one, as at the
/// start of a file or of one that was appended to another, are in none.
[[nodiscard]] std::vector<Line> split_lines(std::string_view text);

}  // namespace pulse::config
