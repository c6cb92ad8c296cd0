#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pulse/base/time.h"
#include "pulse/config/config.h"
#include "pulse/config/kernel_key.h"
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
    bool admitted = false;              ///< was up before, or was found in the table at start
    bool quiet = false;                 ///< was found there with weight 0, and has not been checked since
    bool held = false;                  ///< down, but kept in: too many failed at once (panic_threshold)
    std::optional<int> weight{};        ///< what its nanny asked for last, or the table had at start
    std::optional<TimePoint> failed{};  ///< when it went from up to down, until it is up again
    friend bool operator==(const Standing&, const Standing&) = default;
};
using Standings = std::map<MonitorKey, Standing>;

/// Everything beside the configuration that decides what the table is to be.
struct Situation {
    Standings standings;
    std::set<MonitorKey> drained;     ///< weight 0 because an operator wants it
    std::set<ipvs::ServiceId> sorry;  ///< below their quorum: the sorry server gets the clients
    /// Were so until just now: the connections that the sorry server still has may end (quiesce_server).
    std::set<ipvs::ServiceId> leaving{};
    friend bool operator==(const Situation&, const Situation&) = default;
};

/// Too many real servers of a service failed at once, or it is over that.
struct PanicChange {
    bool panic = false;
    int failed = 0;
    int pool = 0;
    friend bool operator==(const PanicChange&, const PanicChange&) = default;
};

/// Whether a nanny that runs for one will do for the other: names are for the log alone, and our own nanny
/// has no use for the weight unless it asks for the load.
[[nodiscard]] bool same_check(const Monitor& one, const Monitor& other);

/// Short for config::service_key.
[[nodiscard]] inline ipvs::ServiceId service_id(const config::VirtualServer& virtual_server) {
    return config::service_key(virtual_server);
}

/// The active virtual servers that get a service, in file order. Of two with one identity the first wins.
[[nodiscard]] std::vector<const config::VirtualServer*> services(const config::Config& config);

/// What the kernel takes for one although the file has it twice, and who wins: a sentence for each.
[[nodiscard]] std::vector<std::string> indistinct(const config::Config& config);

/// The nannies that must run: one for each active real server of each service.
[[nodiscard]] std::vector<Monitor> monitors(const config::Config& config);

/// The IPVS table that config and health ask for. A server that is up is in with its weight; one that is down
/// is out, or in with weight 0 if `quiesce_server` and it was admitted before; one not yet checked is out
/// unless it was found in the table, for a restart of lvsd must not empty it. One that is drained, or whose
/// service is below its quorum and has a sorry server, is in with weight 0: its connections may end.
///
/// Entries that are one server to the kernel (config::server_key) are in with the weight and the limits of
/// the one that has most of it, the first of equals, and with weight 0 if any of them is drained. A sorry
/// server that is a real server, too, has the weight of a sorry server while it stands in: 1.
[[nodiscard]] ipvs::Table desired_table(const config::Config& config, const Situation& situation);

/// One service of that table: all that a report about one of its servers can change.
[[nodiscard]] ipvs::ServiceEntry desired_entry(const config::Config& config,
                                               const config::VirtualServer& virtual_server,
                                               const Situation& situation);

/// Gives a service below its quorum to its sorry servers, if it has any, and takes it back; with hysteresis
/// that depends on who has it now. True if it changed hands.
bool judge_quorum(const config::Config& config, const config::VirtualServer& virtual_server,
                  Situation& situation);
void judge_quorums(const config::Config& config, Situation& situation);

/// Whether the sorry servers of a service may finish what they have begun when it is taken back: with
/// quiesce_server, like its real servers. Persistence would lead their clients back to them without end.
[[nodiscard]] bool sorry_servers_linger(const config::VirtualServer& virtual_server);

/// Where the kernel knows the sorry servers of a service that are not real servers of it as well.
[[nodiscard]] std::set<net::Endpoint> sorry_endpoints(const config::Config& config,
                                                      const config::VirtualServer& virtual_server);

/// Whether any of these has a connection.
[[nodiscard]] bool is_busy(const std::set<net::Endpoint>& servers, const ipvs::DumpedService& service);

/// The situation of a fresh lvsd that found `actual` in the kernel. Weights that nannies had found out are
/// taken over, until the next ones know more.
[[nodiscard]] Situation adopt(const config::Config& config, const ipvs::Table& actual,
                              std::set<MonitorKey> drained = {});

/// Without what concerns servers and services that `config` does not have.
[[nodiscard]] Situation still_known(Situation situation, const config::Config& config);

/// As if every real server had just passed its check, so that two configurations can be compared.
[[nodiscard]] Situation everyone_up(const config::Config& config);

/// What a nanny's report makes of a standing at `now`.
[[nodiscard]] Standing after(const Standing& before, const health::Report& report, TimePoint now);

/// Keeps a service's last good set if more than `panic_threshold` percent of its pool fell at once (and at
/// least two did), and lets go of it when so many are back that it no longer is. Says so if it began or
/// ceased to be held. At once: as close together as its checks find servers down that break at the same
/// moment (health::longest_unnoticed).
[[nodiscard]] std::optional<PanicChange> judge_panic(const config::VirtualServer& virtual_server,
                                                     Situation& situation, TimePoint now);

/// Whether the table can serve: each service has a server, or all its nannies have spoken.
[[nodiscard]] bool settled(const config::Config& config, const Standings& standings);

/// How much of the weight of all real servers is up, in permille; those that an operator has drained count
/// for nothing. nullopt while not every one of them has been checked, or if they have no weight.
[[nodiscard]] std::optional<int> served_share(const config::Config& config, const Situation& situation);

/// What a reload changes, as its report says it.
struct Changes {
    int edits = 0;  ///< services and servers changed in place
    int added = 0;
    int removed = 0;  ///< a service that goes counts with its servers
    int checks = 0;   ///< servers that are checked differently
    friend bool operator==(const Changes&, const Changes&) = default;

    /// "2 edits, 1 added, 0 removed"; and ", 3 checks changed" if any has.
    [[nodiscard]] std::string to_string() const;
};

/// The difference between two configurations, health left aside.
[[nodiscard]] Changes changes(const config::Config& before, const config::Config& after);

}  // namespace pulse::director
