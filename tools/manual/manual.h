#pragma once

#include <string>
#include <string_view>

#include "pulse/config/keys.h"

namespace pulse::manual {

/// Text as troff(7) prints it: backslashes, hyphens and a dot or quote that would start a request are
/// protected.
[[nodiscard]] std::string escaped(std::string_view text);

/// The keys of one section as a man page lists them: name and type, what it is for, default, who uses it,
/// example.
[[nodiscard]] std::string key_list(config::Section section);

/// A page in which each line `@KEYS global@`, `@KEYS virtual@` or `@KEYS server@` has become the list of
/// these keys.
[[nodiscard]] std::string page(std::string_view outline);

}  // namespace pulse::manual
