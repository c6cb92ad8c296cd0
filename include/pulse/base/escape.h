#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pulse {

/// A send or expect string with its backslash sequences translated.
struct Unescaped {
    std::string text;
    std::optional<std::size_t> unknown{};  ///< where the first sequence is that is none of ours and stayed as
                                           ///< written: worth a note to the operator

    friend bool operator==(const Unescaped&, const Unescaped&) = default;
};

/// The sequences that `unescape` translates, as one would list them to an operator.
inline constexpr std::string_view escape_sequences = R"(\\ \r \n \t \' \" \0 \xHH)";

/// Translates `escape_sequences`: \0 is a zero byte, \xHH the byte with two hexadecimal digits. Any other
/// sequence (\d, \., \x4) and a trailing backslash stay as they are, so that a regular expression means what
/// it says; the original hung on them. A string of one character is left alone.
[[nodiscard]] Unescaped unescape(std::string_view written);

}  // namespace pulse
