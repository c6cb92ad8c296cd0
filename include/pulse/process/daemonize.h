#pragma once

#include "pulse/base/result.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::process {

/// Leaves the terminal the classic way: double fork, new session, standard streams to /dev/null, working
/// directory /. The daemon returns from this call; the process that called it exits 0 as soon as the returned
/// descriptor is closed, so that whoever started it can rely on a pid file written before. Call before any
/// event loop.
[[nodiscard]] Result<runtime::UniqueFd> daemonize();

/// Gives up root for good: no supplementary groups, the account of `user` (or, if that does not exist, of
/// nobody), no way back through set-uid programs. Does nothing when not root.
[[nodiscard]] Result<void> drop_privileges(const char* user);

}  // namespace pulse::process
