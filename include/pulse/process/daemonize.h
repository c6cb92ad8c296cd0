#pragma once

#include "pulse/base/result.h"

namespace pulse::process {

/// Leaves the terminal the classic way: double fork, new session, standard streams to /dev/null, working
/// directory /. The caller's original process exits 0 inside this call; the daemon returns from it. Call
/// before any event loop.
[[nodiscard]] Result<void> daemonize();

/// Gives up root for good: no supplementary groups, the account of `user` (or, if that does not exist, of
/// nobody), no way back through set-uid programs. Does nothing when not root.
[[nodiscard]] Result<void> drop_privileges(const char* user);

}  // namespace pulse::process
