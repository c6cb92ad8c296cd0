#pragma once

#include <string>
#include <string_view>

namespace pulse {

/// A send or expect string with its backslash sequences translated.
struct Unescaped {
    std::string text;
    bool kept_unknown =
        false;  ///< some sequence was none of ours and stayed as written: worth a note to the operator

    friend bool operator==(const Unescaped&, const Unescaped&) = default;
};

/// Translates \\ \r \n \t \' and \". Any other sequence (\d, \., \x41) and a trailing backslash stay as they
/// are, so that a regular expression means what it says; the original hung on them. A string of one character
/// is left alone.
[[nodiscard]] Unescaped unescape(std::string_view written);

}  // namespace pulse
