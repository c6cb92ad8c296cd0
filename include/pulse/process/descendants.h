#pragma once

#include <sys/types.h>

namespace pulse::process {

/// Kills a process with everything that it and its children have started, also what has left its process
/// group, as far as it still hangs together: whose parent has ended is the init process' child. `leader` must
/// be a child of ours that has not been reaped.
void kill_with_descendants(pid_t leader);

}  // namespace pulse::process
