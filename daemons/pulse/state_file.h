#pragma once

#include <string>

#include "pulse/base/result.h"

namespace pulse::daemon {

/// The lvs.cf that pulse runs with. lvsd reads this one, so that an lvsd started again after a crash runs
/// with what pulse runs with, whatever has become of the administrator's file since.
inline constexpr auto running_file = "lvs.cf";

/// Writes a file of the state directory in one piece; makes the directory if it is not there.
[[nodiscard]] Result<void> write_state_file(const std::string& state_directory, const std::string& name,
                                            const std::string& content);

}  // namespace pulse::daemon
