#pragma once

#include <string>

#include "pulse/director/drain.h"
#include "pulse/runtime/file.h"

namespace pulse::lvsd {

/// The servers that an operator has drained, as pulse keeps them, for an lvsd that no pulse has started; none
/// if there is no such file.
[[nodiscard]] inline director::Drains drained_servers(const std::string& state_directory) {
    const auto text = runtime::read_file(director::drains_path(state_directory));
    return text ? director::drains_from(*text) : director::Drains{};
}

}  // namespace pulse::lvsd
