#pragma once

#include <span>
#include <vector>

#include "pulse/config/config.h"
#include "pulse/ipvs/sync_daemon.h"

namespace pulse::failover {

/// The synchronisation daemons this router is to run: the active router tells its connections, the standby
/// one listens; with `syncd_both` each does both all the time. None without `syncdaemon`.
[[nodiscard]] std::vector<ipvs::SyncDaemon> wanted_sync(const config::Config& config, bool as_master);

/// What leads from the daemons that run to those wanted, in order.
struct SyncPlan {
    std::vector<ipvs::SyncRole> stop;
    std::vector<ipvs::SyncDaemon> start;
    friend bool operator==(const SyncPlan&, const SyncPlan&) = default;
};

/// One that runs as it should is not touched: nothing is missed meanwhile.
[[nodiscard]] SyncPlan plan(std::span<const ipvs::SyncDaemon> running,
                            std::span<const ipvs::SyncDaemon> wanted);

}  // namespace pulse::failover
