#pragma once

#include "pulse/base/result.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::process {

/// Leaves the terminal the classic way: double fork, new session, standard streams to /dev/null, working
/// directory /. The daemon returns from this call; the process that called it exits 0 as soon as the returned
/// descriptor is closed, so that whoever started it can rely on a pid file written before. Call before any
/// event loop.
[[nodiscard]] Result<runtime::UniqueFd> daemonize();

}  // namespace pulse::process
