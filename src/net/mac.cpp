#include "pulse/net/mac.h"

#include <charconv>

namespace pulse::net {

std::optional<Mac> Mac::parse(std::string_view text) {
    Mac mac;
    for (auto& byte : mac.bytes) {
        if (text.size() < 2) return std::nullopt;
        const auto [end, code] = std::from_chars(text.data(), text.data() + 2, byte, 16);
        if (code != std::errc{} || end != text.data() + 2) return std::nullopt;
        text.remove_prefix(2);
        if (text.starts_with(':')) text.remove_prefix(1);
    }
    if (!text.empty()) return std::nullopt;
    return mac;
}

std::string Mac::to_string() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const auto byte : bytes) {
        if (!text.empty()) text += ':';
        text += digits[byte >> 4U];
        text += digits[byte & 0xfU];
    }
    return text;
}

}  // namespace pulse::net
