#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/config/config.h"

namespace pulse::director {

/// How the kernel is set now, by the names of sysctl(8); nullopt for what it does not have.
using ActualSetting = std::function<std::optional<int>(std::string_view name)>;

/// What the active services of `config` need and the kernel does not do, each with what to do about it. What
/// the file sets itself is as the operator wants it.
[[nodiscard]] std::vector<std::string> kernel_advice(const config::Config& config,
                                                     const ActualSetting& actual);

}  // namespace pulse::director
