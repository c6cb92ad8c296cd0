#include "pulse/base/printable.h"

#include <algorithm>

namespace pulse {

std::string printable(std::string_view bytes, std::size_t limit) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string line;
    for (const char byte : bytes.substr(0, limit)) {
        const auto value = static_cast<unsigned char>(byte);
        if (byte == '\\')
            line += "\\\\";
        else if (byte == '\r')
            line += "\\r";
        else if (byte == '\n')
            line += "\\n";
        else if (byte == '\t')
            line += "\\t";
        else if (value < 0x20 || value > 0x7e)
            line += {'\\', 'x', digits[value >> 4U], digits[value & 0xfU]};
        else
            line += byte;
    }
    if (bytes.size() > limit) line += "...";
    return line;
}

std::string printable_text(std::string_view text, std::size_t limit) {
    const bool clean = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
    if (clean && text.size() <= limit) return std::string(text);
    constexpr std::string_view cut = "...";
    auto line = clean ? std::string(text) : printable(text, limit);
    if (line.size() > limit) line.replace(limit - cut.size(), std::string::npos, cut);
    return line;
}

}  // namespace pulse
