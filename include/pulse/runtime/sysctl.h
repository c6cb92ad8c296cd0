#pragma once

#include <optional>
#include <string_view>

#include "pulse/base/result.h"

namespace pulse::runtime {

/// A setting of this network namespace's kernel, by its name in sysctl(8): "net.ipv4.ip_forward". nullopt if
/// this kernel has no such setting (its module may not be loaded) or it is no number.
[[nodiscard]] std::optional<int> read_sysctl(std::string_view name);

/// Equivalent to: sysctl NAME=VALUE
[[nodiscard]] Result<void> write_sysctl(std::string_view name, int value);

}  // namespace pulse::runtime
