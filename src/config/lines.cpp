#include "lines.h"

#include <algorithm>

namespace pulse::config {

std::vector<Line> split_lines(std::string_view text) {
    std::vector<Line> lines;
    std::size_t begin = 0;
    while (begin < text.size()) {
        if (text.substr(begin).starts_with(utf8_mark)) begin += utf8_mark.size();
        const auto end = std::min(text.find_first_of("\r\n", begin), text.size());
        lines.push_back({.begin = begin, .end = end});
        begin = end + (text.substr(end).starts_with("\r\n") ? 2 : 1);
    }
    return lines;
}

}  // namespace pulse::config
