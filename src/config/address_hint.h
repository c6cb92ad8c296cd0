#pragma once

#include <string>
#include <string_view>

namespace pulse::config {

/// What is wrong with a word where an address should be, and what to write; empty if nobody can tell.
[[nodiscard]] std::string address_hint(std::string_view word);

/// The same where a network mask should be.
[[nodiscard]] std::string mask_hint(std::string_view word);

/// Digits and dots alone: an address that went wrong, not a name to ask for.
[[nodiscard]] bool is_dotted_number(std::string_view word);

}  // namespace pulse::config
