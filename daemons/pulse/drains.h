#pragma once

#include <string>

#include "pulse/base/result.h"
#include "pulse/director/drain.h"

namespace pulse::daemon {

/// The servers that operators have drained, in a file of the state directory that lvsd reads too: they stay
/// drained whatever is restarted. No file means none.
[[nodiscard]] Result<director::Drains> read_drains(const std::string& state_directory);
[[nodiscard]] Result<void> write_drains(const std::string& state_directory, const director::Drains& drains);

/// Keeps who is drained when the blocks of lvs.cf get other names.
[[nodiscard]] Result<void> rename_drains(const std::string& state_directory, const config::Config& before,
                                         const config::Config& after);

}  // namespace pulse::daemon
