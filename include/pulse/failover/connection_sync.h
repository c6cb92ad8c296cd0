#pragma once

#include <span>
#include <string>
#include <string_view>
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

/// One that runs as it should is not touched: nothing is missed meanwhile. Unless its device has been made
/// anew: the kernel goes on sending into the one that is gone, so all are started again.
[[nodiscard]] SyncPlan plan(std::span<const ipvs::SyncDaemon> running,
                            std::span<const ipvs::SyncDaemon> wanted, bool new_device = false);

/// Where no synchronisation is wanted, what of `running` is to be stopped: what this suite has `started`
/// itself, before an edit of lvs.cf or before it died. A daemon of somebody else's is left alone.
[[nodiscard]] std::vector<ipvs::SyncRole> leftovers(std::span<const ipvs::SyncDaemon> running,
                                                    std::span<const ipvs::SyncDaemon> started);

/// What was started, as a file of the state directory holds it: a line each, "master eth1 7".
[[nodiscard]] std::string to_text(std::span<const ipvs::SyncDaemon> started);
[[nodiscard]] std::vector<ipvs::SyncDaemon> started_from(std::string_view text);

/// "master on eth1, id 7"
[[nodiscard]] std::string name_of(const ipvs::SyncDaemon& daemon);

}  // namespace pulse::failover
