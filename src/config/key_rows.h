#pragma once

#include <string_view>
#include <vector>

#include "pulse/config/keys.h"

namespace pulse::config {

/// The choices of `network`, at the top level and in a virtual.
inline constexpr std::string_view network_names = "nat direct tunnel";

/// The rows of the key table, section by section.
[[nodiscard]] std::vector<Key> global_keys();
[[nodiscard]] std::vector<Key> virtual_keys();
[[nodiscard]] std::vector<Key> server_keys();
[[nodiscard]] std::vector<Key> sysctl_keys();

/// Those of `check` and what belongs to it, for virtual or for server blocks: a virtual has them for all its
/// servers, a server for itself. `used_by` and help are one for both.
[[nodiscard]] std::vector<Key> probe_keys(Section section);

}  // namespace pulse::config
