#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pulse/ipvs/connections.h"
#include "pulse/ipvs/listing.h"
#include "pulse/ipvs/sync_daemon.h"
#include "pulse/ipvs/timeouts.h"

namespace pulse::ipvs {

/// The listings as JSON, for `ipvsadm --json`; ipvsadm(8) describes the members. Numbers alone, never names;
/// one object, indented, with a newline at the end.
///
/// The table with all its settings, connections and counters; of one service, without what `info` says.
[[nodiscard]] std::string json(const std::optional<KernelInfo>& info, const Dump& dump);
[[nodiscard]] std::string json(const std::vector<Connection>& connections);
[[nodiscard]] std::string json(const Timeouts& timeouts);
[[nodiscard]] std::string json(std::span<const SyncDaemon> daemons);

}  // namespace pulse::ipvs
