#include "pulse/base/escape.h"

#include <optional>

namespace pulse {

namespace {

std::optional<char> translated(char letter) {
    switch (letter) {
        case 'r':
            return '\r';
        case 'n':
            return '\n';
        case 't':
            return '\t';
        case '\\':
        case '\'':
        case '"':
            return letter;
        default:
            return std::nullopt;
    }
}

}  // namespace

Unescaped unescape(std::string_view written) {
    if (written.size() == 1) return {.text = std::string(written)};
    Unescaped result;
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (written[i] != '\\') {
            result.text += written[i];
            continue;
        }
        const auto meant = i + 1 < written.size() ? translated(written[i + 1]) : std::nullopt;
        if (meant) {
            result.text += *meant;
            ++i;
        } else {
            result.text += '\\';
            result.kept_unknown = true;
        }
    }
    return result;
}

}  // namespace pulse
