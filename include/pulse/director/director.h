#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "pulse/config/config.h"
#include "pulse/health/nanny_command.h"
#include "pulse/health/report.h"
#include "pulse/ipvs/table.h"

namespace pulse::director {

/// What makes a monitor that monitor across reloads: the service it serves and the endpoint it checks. Names
/// of blocks play no part, so that renaming one costs nothing.
struct MonitorKey {
    ipvs::ServiceId service;
    net::Endpoint checked;
    friend auto operator<=>(const MonitorKey&, const MonitorKey&) = default;
};

/// One nanny that must run.
struct Monitor {
    MonitorKey key;
    std::string virtual_name;
    std::string server_name;
    std::string program;  ///< `client_monitor`, or empty for our own nanny
    health::NannySpec spec;

    friend bool operator==(const Monitor&, const Monitor&) = default;
};

/// Where a real server stands: what its nanny said last, and whether it has been in the table.
struct Standing {
    health::Verdict verdict = health::Verdict::unknown;
    bool admitted = false;  ///< was up before, or was found in the table at start
    friend bool operator==(const Standing&, const Standing&) = default;
};
using Standings = std::map<MonitorKey, Standing>;

/// How a virtual server is known to IPVS: by its mark if it has one, else by protocol, address and port.
[[nodiscard]] ipvs::ServiceId service_id(const config::VirtualServer& virtual_server);

/// The active virtual servers that get a service, in file order. Of two with one identity the first wins.
[[nodiscard]] std::vector<const config::VirtualServer*> services(const config::Config& config);

/// The active virtual servers that get none because another has their address or mark.
[[nodiscard]] std::vector<const config::VirtualServer*> duplicates(const config::Config& config);

/// The nannies that must run: one for each active real server of each service.
[[nodiscard]] std::vector<Monitor> monitors(const config::Config& config);

/// The IPVS table that config and health ask for. A server that is up is in with its weight; one that is down
/// is out, or in with weight 0 if `quiesce_server` and it was admitted before; one not yet checked is out
/// unless it was found in the table, for a restart of lvsd must not empty it.
[[nodiscard]] ipvs::Table desired_table(const config::Config& config, const Standings& standings);

/// The standings of a fresh lvsd that found `actual` in the kernel.
[[nodiscard]] Standings adopt(const config::Config& config, const ipvs::Table& actual);

/// What a nanny's report makes of a standing.
[[nodiscard]] Standing after(const Standing& before, health::Verdict verdict);

/// Whether the table can serve: each service has a server, or all its nannies have spoken.
[[nodiscard]] bool settled(const config::Config& config, const Standings& standings);

}  // namespace pulse::director
