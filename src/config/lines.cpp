#include "lines.h"

#include <algorithm>

namespace pulse::config {

namespace {

/// Where a line that starts at `at` begins once byte order marks, and blanks before them, are left out: what
/// comes first must not change its meaning when the line is indented anew.
std::size_t after_marks(std::string_view text, std::size_t at) {
    for (;;) {
        const auto word = std::min(text.find_first_not_of(" \t", at), text.size());
        if (!text.substr(word).starts_with(utf8_mark)) return at;
        at = word + utf8_mark.size();
    }
}

}  // namespace

std::vector<Line> split_lines(std::string_view text) {
    std::vector<Line> lines;
    std::size_t begin = 0;
    while (begin < text.size()) {
        begin = after_marks(text, begin);
        const auto end = std::min(text.find_first_of("\r\n", begin), text.size());
        lines.push_back({.begin = begin, .end = end});
        begin = end + (text.substr(end).starts_with("\r\n") ? 2 : 1);
    }
    return lines;
}

}  // namespace pulse::config
