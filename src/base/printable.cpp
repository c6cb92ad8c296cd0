#include "pulse/base/printable.h"

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

}  // namespace pulse
