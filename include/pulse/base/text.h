#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pulse {

/// A whole decimal number and nothing else ("80", "-5"); nullopt for anything that is not, or does not fit T.
template <std::integral T>
[[nodiscard]] std::optional<T> parse_decimal(std::string_view text) {
    T value{};
    const auto* end = text.data() + text.size();
    const auto [rest, code] = std::from_chars(text.data(), end, value);
    if (code != std::errc{} || rest != end) return std::nullopt;
    return value;
}

/// An integer as C writes it: decimal, 0x hexadecimal, 0 octal, optional sign. The empty text is 0, as in
/// lvs.cf. nullopt when it is not one or does not fit 64 bits.
[[nodiscard]] std::optional<long long> parse_c_integer(std::string_view text);

/// Splits at runs of blanks and tabs; no empty words.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text);

/// Splits at every `separator`; "a,,b" has three parts, "" has one.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// Without leading and trailing blanks, tabs and line ends.
[[nodiscard]] std::string_view trim(std::string_view text);

}  // namespace pulse
