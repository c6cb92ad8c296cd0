#pragma once

#include <span>
#include <string>

#include "pulse/ipvs/sync_daemon.h"
#include "pulse/ipvs/timeouts.h"

namespace pulse::ipvs {

/// The line of `ipvsadm -L --timeout`: "Timeout (tcp tcpfin udp): 900 120 300\n"
[[nodiscard]] std::string listing(const Timeouts& timeouts);

/// The lines of `ipvsadm -L --daemon`, nothing when none runs.
[[nodiscard]] std::string listing(std::span<const SyncDaemon> daemons);

}  // namespace pulse::ipvs
