#pragma once

#include <set>
#include <string>

#include "pulse/director/drain.h"
#include "pulse/runtime/file.h"

namespace pulse::lvsd {

/// The servers that an operator has drained, as pulse keeps them; none if there is no such file.
[[nodiscard]] inline std::set<director::MonitorKey> drained_servers(const std::string& state_directory,
                                                                    const config::Config& config) {
    const auto text = runtime::read_file(director::drains_path(state_directory));
    return text ? director::keys_of(director::drains_from(*text), config) : std::set<director::MonitorKey>{};
}

}  // namespace pulse::lvsd
