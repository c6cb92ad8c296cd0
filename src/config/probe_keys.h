#pragma once

#include <vector>

#include "pulse/config/keys.h"

namespace pulse::config {

/// The rows of `check` and what belongs to it, for virtual or for server blocks. `used_by` and help are one
/// for both.
[[nodiscard]] std::vector<Key> probe_keys(Section section);

}  // namespace pulse::config
