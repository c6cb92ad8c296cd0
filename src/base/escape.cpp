#include "pulse/base/escape.h"

#include <charconv>

namespace pulse {

namespace {

/// One backslash sequence at the start of a text: the byte it stands for and its length.
struct Sequence {
    char byte;
    std::size_t length;
};

std::optional<Sequence> hexadecimal(std::string_view text) {
    unsigned value = 0;
    if (text.size() < 4) return std::nullopt;
    const auto* begin = text.data() + 2;
    const auto [end, error] = std::from_chars(begin, begin + 2, value, 16);
    if (error != std::errc{} || end != begin + 2) return std::nullopt;
    return Sequence{static_cast<char>(value), 4};
}

std::optional<Sequence> sequence(std::string_view text) {
    if (text.size() < 2) return std::nullopt;
    switch (text[1]) {
        case 'r':
            return Sequence{'\r', 2};
        case 'n':
            return Sequence{'\n', 2};
        case 't':
            return Sequence{'\t', 2};
        case '0':
            return Sequence{'\0', 2};
        case 'x':
            return hexadecimal(text);
        case '\\':
        case '\'':
        case '"':
            return Sequence{text[1], 2};
        default:
            return std::nullopt;
    }
}

}  // namespace

Unescaped unescape(std::string_view written) {
    if (written.size() == 1) return {.text = std::string(written)};
    Unescaped result;
    for (std::size_t i = 0; i < written.size();) {
        const auto found = written[i] == '\\' ? sequence(written.substr(i)) : std::nullopt;
        if (written[i] == '\\' && !found && !result.unknown) result.unknown = i;
        result.text += found ? found->byte : written[i];
        i += found ? found->length : 1;
    }
    return result;
}

}  // namespace pulse
