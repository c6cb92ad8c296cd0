#pragma once

#include <string>
#include <string_view>

#include "pulse/config/keys.h"

namespace pulse::config {

/// What to do about a key that `section` does not have.
[[nodiscard]] std::string unknown_key_hint(Section section, std::string_view name);

}  // namespace pulse::config
