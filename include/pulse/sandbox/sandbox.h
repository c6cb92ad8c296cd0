#pragma once

#include <cstddef>

#include "pulse/base/result.h"

namespace pulse::sandbox {

/// What a process keeps once it has given everything else up.
struct Rules {
    bool programs = false;         ///< may start programs, which inherit the rest of the confinement
    bool files = false;            ///< may open files for reading
    bool ping = false;             ///< may open unprivileged ping sockets (icmp(7))
    std::size_t descriptors = 64;  ///< most it may have open (RLIMIT_NOFILE)
    std::size_t megabytes = 64;    ///< most memory it may allocate, when it starts no programs (RLIMIT_DATA)
};

/// Closes every descriptor from `first` on: what a careless parent left open is nobody's business here.
void close_descriptors_from(int first);

/// Gives up root for good: no supplementary groups, the local account `user` (or, if there is none, 65534),
/// no capabilities in any set, no way back through set-uid programs. Without root only the last two.
[[nodiscard]] Result<void> drop_privileges(const char* user);

/// Asks for SIGTERM when the process that started this one dies, and says whether it lives: false when it is
/// gone already. Call after drop_privileges, which undoes it.
[[nodiscard]] bool die_with_parent(int parent);

/// Shuts the door, once everything that needs an open one is done. Without programs only a list of system
/// calls is left: those of sockets that are neither raw nor netlink, of time and of memory; opening, creating
/// and executing files is not among them and fails with EPERM. With programs, which are the administrator's
/// and may need anything ordinary, the calls that reach for the system itself are taken away, new namespaces,
/// and all sockets but local, TCP and UDP ones. An error when the kernel has no system call filters; limits
/// hold all the same.
[[nodiscard]] Result<void> confine(const Rules& rules);

}  // namespace pulse::sandbox
