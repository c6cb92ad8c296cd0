#pragma once

#include <span>
#include <string_view>

namespace pulse::config {

/// The candidate that `word` was most likely meant to be; empty if none is near.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// What to say of a word that was pasted from a web page or an office document: typographic quotes quote
/// nothing, and some blanks are none. Empty if it has neither.
[[nodiscard]] std::string_view pasted_hint(std::string_view word);

}  // namespace pulse::config
