#include "pulse/director/director.h"

#include <algorithm>

#include "pulse/base/match.h"
#include "pulse/ipvs/plan.h"

namespace pulse::director {

namespace {

char method_letter(config::Network network) {
    switch (network) {
        case config::Network::nat:
            return 'm';
        case config::Network::direct:
            return 'g';
        case config::Network::tunnel:
            return 'i';
    }
    return 'm';
}

ipvs::Destination destination_of(const config::Config& config, const config::VirtualServer& virtual_server,
                                 const net::IpAddress& address, net::Port port) {
    ipvs::Destination destination{.endpoint = config::server_key(config, virtual_server, address, port),
                                  .forwarding = config::forwarding(config.network_of(virtual_server))};
    // The kernel rewrites no packet to the loopback address, but delivers one that goes there as it is.
    if (address.is_loopback()) destination.forwarding = ipvs::Forwarding::direct;
    if (destination.forwarding == ipvs::Forwarding::tunnel)
        destination.tunnel = {.type = virtual_server.tunnel_type,
                              .port = virtual_server.tunnel_port,
                              .checksum = virtual_server.tunnel_csum};
    return destination;
}

MonitorKey key_of(const config::VirtualServer& virtual_server, const config::RealServer& server) {
    return {service_id(virtual_server), {server.address, server.port}};
}

Standing standing_of(const Standings& standings, const MonitorKey& key) {
    const auto found = standings.find(key);
    return found == standings.end() ? Standing{} : found->second;
}

/// Whether the file gives a server's nanny a say in its weight. A substitute may always have one.
bool minds_weight(const config::VirtualServer& virtual_server) {
    return virtual_server.client_monitor || virtual_server.slow_start.count() > 0 ||
           (virtual_server.load_monitor && *virtual_server.load_monitor != "none");
}

/// Whether a nanny may ask for weight 0: when an agent says so.
bool may_drain(const config::VirtualServer& virtual_server) {
    return virtual_server.client_monitor || virtual_server.load_monitor == "agent";
}

/// What the nanny asks for, within what the file allows: a nanny is not to be trusted.
int weight_of(const Standing& standing, const config::VirtualServer& virtual_server,
              const config::RealServer& server) {
    if (!standing.weight || !minds_weight(virtual_server)) return server.weight;
    const auto scale = load::scale_of(virtual_server.load_formula, server.weight, virtual_server.weight_min,
                                      virtual_server.weight_max, virtual_server.slow_start);
    const int lowest = may_drain(virtual_server) ? 0 : std::min(1, scale.lowest);
    return std::clamp(*standing.weight, lowest, scale.highest);
}

/// The weight a server takes part with as far as its health goes; nullopt if it does not.
std::optional<int> healthy_weight(const Standing& standing, const config::VirtualServer& virtual_server,
                                  const config::RealServer& server) {
    switch (standing.verdict) {
        case health::Verdict::up:
            return weight_of(standing, virtual_server, server);
        case health::Verdict::unknown:
            if (!standing.admitted) return std::nullopt;
            return standing.quiet ? 0 : weight_of(standing, virtual_server, server);
        case health::Verdict::down:
            if (standing.held) return weight_of(standing, virtual_server, server);
            return virtual_server.quiesce_server && standing.admitted ? std::optional(0) : std::nullopt;
    }
    return std::nullopt;
}

/// A real server as the kernel tells it from others: one entry of the file, or several.
struct Member {
    net::Endpoint endpoint;
    const config::RealServer* entry = nullptr;  ///< whose limits it has
    std::optional<int> weight{};                ///< nullopt: out
    int full = 0;                               ///< its weight in perfect health
    bool drained = false;

    /// Takes in what another entry for the same server says.
    void join(const Member& other) {
        drained = drained || other.drained;
        full = std::max(full, other.full);
        if (other.weight <= weight) return;
        weight = other.weight;
        entry = other.entry;
    }
};

/// The active real servers of a service, in the order of their endpoints.
std::vector<Member> members(const config::Config& config, const config::VirtualServer& virtual_server,
                            const Situation& situation) {
    std::vector<Member> all;
    all.reserve(virtual_server.servers.size());
    for (const auto& server : virtual_server.servers) {
        if (!server.active) continue;
        const auto key = key_of(virtual_server, server);
        all.push_back(
            {.endpoint = config::server_key(config, virtual_server, server.address, server.port),
             .entry = &server,
             .weight = healthy_weight(standing_of(situation.standings, key), virtual_server, server),
             .full = server.weight,
             .drained = situation.drained.contains(key)});
    }
    std::ranges::stable_sort(all, {}, &Member::endpoint);
    std::vector<Member> distinct;
    distinct.reserve(all.size());
    for (const auto& member : all) {
        if (!distinct.empty() && distinct.back().endpoint == member.endpoint)
            distinct.back().join(member);
        else
            distinct.push_back(member);
    }
    for (auto& member : distinct)
        if (member.weight && member.drained) member.weight = 0;
    return distinct;
}

bool is_below_quorum(const config::Config& config, const config::VirtualServer& virtual_server,
                     const Situation& situation) {
    if (virtual_server.sorry_servers.empty()) return false;
    const auto worth = [&](int weight) {
        return virtual_server.quorum_of == config::QuorumOf::weight ? weight : std::min(weight, 1);
    };
    long long up = 0;
    long long all = 0;
    for (const auto& member : members(config, virtual_server, situation)) {
        all += worth(member.full);
        up += worth(member.weight.value_or(0));
    }
    long long needed = virtual_server.quorum;
    // A pool that can never reach so much must not stay with the sorry server for good.
    if (situation.sorry.contains(service_id(virtual_server)))
        needed = std::max(needed, std::min(needed + virtual_server.quorum_hysteresis, all));
    return up < needed;
}

health::NannySpec nanny_spec(const config::Config& config, const config::VirtualServer& virtual_server,
                             const config::RealServer& server) {
    health::NannySpec spec;
    spec.real_server = server.address;
    spec.real_port = server.port;
    if (virtual_server.address) spec.virtual_address = virtual_server.address->address;
    spec.virtual_port = virtual_server.port;
    spec.fwmark = virtual_server.fwmark;
    spec.protocol = virtual_server.protocol;
    spec.send_program = virtual_server.send_program;
    spec.send = virtual_server.send;
    spec.expect = virtual_server.expect;
    spec.regex = virtual_server.use_regex;
    spec.quiesce = virtual_server.quiesce_server;
    spec.interval = virtual_server.check_interval.value_or(virtual_server.timeout);
    if (spec.interval != virtual_server.timeout) spec.timeout = virtual_server.timeout;
    spec.check = health::overridden(virtual_server.check, server.check);
    // Only who asks for the names is checked differently when they change.
    if (spec.send_program && spec.send_program->find("%n") != std::string::npos)
        spec.label = virtual_server.name + "/" + server.name;
    spec.reentry = virtual_server.reentry;
    spec.weight = server.weight;
    spec.rise = virtual_server.rise;
    spec.fall = virtual_server.fall;
    spec.retry_interval = virtual_server.retry_interval;
    spec.hold_down = virtual_server.hold_down;
    spec.load_formula = virtual_server.load_formula;
    spec.load_interval = virtual_server.load_interval;
    spec.agent_port = virtual_server.agent_port;
    spec.weight_min = virtual_server.weight_min;
    spec.weight_max = virtual_server.weight_max;
    spec.slow_start = virtual_server.slow_start;
    spec.method = method_letter(config.network_of(virtual_server));
    if (virtual_server.load_monitor)
        spec.load_command =
            *virtual_server.load_monitor == "uptime" ? config.rsh_command : *virtual_server.load_monitor;
    return spec;
}

ipvs::Service service_of(const config::VirtualServer& virtual_server) {
    ipvs::Service service{.id = service_id(virtual_server),
                          .scheduler = virtual_server.scheduler,
                          .scheduler_flags = virtual_server.sched_flags,
                          .one_packet = virtual_server.ops};
    if (virtual_server.persistent.count() > 0)
        service.persistence =
            ipvs::Persistence{.timeout = virtual_server.persistent,
                              .mask = virtual_server.pmask.value_or(net::Netmask::host(service.id.family))};
    service.engine = virtual_server.pe.value_or("");
    return service;
}

/// A service needs an address or a mark.
bool can_serve(const config::VirtualServer& virtual_server) {
    return virtual_server.active && (virtual_server.address || virtual_server.fwmark);
}

}  // namespace

bool same_check(const Monitor& one, const Monitor& other) {
    auto spec = other.spec;
    if (one.program.empty() && !health::minds_weight(one.spec)) spec.weight = one.spec.weight;
    return one.key == other.key && one.program == other.program && one.spec == spec;
}

std::vector<const config::VirtualServer*> services(const config::Config& config) {
    std::vector<const config::VirtualServer*> chosen;
    std::set<ipvs::ServiceId> taken;
    for (const auto& virtual_server : config.virtual_servers)
        if (can_serve(virtual_server) && taken.insert(service_id(virtual_server)).second)
            chosen.push_back(&virtual_server);
    return chosen;
}

std::vector<std::string> indistinct(const config::Config& config) {
    std::vector<std::string> sentences;
    std::map<ipvs::ServiceId, std::string> services;
    for (const auto& virtual_server : config.virtual_servers) {
        if (!can_serve(virtual_server)) continue;
        const auto& name = virtual_server.name;
        const auto id = service_id(virtual_server);
        if (const auto [first, fresh] = services.emplace(id, name); !fresh) {
            sentences.push_back("virtual service " + name + " left out: " + id.to_string() + " is " +
                                first->second + "'s, which comes first");
            continue;
        }
        std::map<net::Endpoint, std::string> servers;
        for (const auto& server : virtual_server.servers) {
            if (!server.active) continue;
            const auto endpoint = config::server_key(config, virtual_server, server.address, server.port);
            if (const auto [first, fresh] = servers.emplace(endpoint, server.name); !fresh)
                sentences.push_back("virtual service " + name + ": " + first->second + " and " + server.name +
                                    " are one real server to the kernel, " + endpoint.to_string() +
                                    "; it gets weight and limits of the one with more weight, and none "
                                    "while either is drained");
        }
        for (const auto& address : virtual_server.sorry_servers)
            if (const auto found =
                    servers.find(config::server_key(config, virtual_server, address, virtual_server.port));
                found != servers.end())
                sentences.push_back("virtual service " + name + ": its sorry server is its real server " +
                                    found->second + ", too, and while it stands in has weight 1");
    }
    return sentences;
}

std::vector<Monitor> monitors(const config::Config& config) {
    std::vector<Monitor> all;
    std::set<MonitorKey> taken;
    for (const auto* virtual_server : services(config))
        for (const auto& server : virtual_server->servers) {
            const auto key = key_of(*virtual_server, server);
            if (!server.active || !taken.insert(key).second) continue;
            all.push_back({.key = key,
                           .virtual_name = virtual_server->name,
                           .server_name = server.name,
                           .program = virtual_server->client_monitor.value_or(""),
                           .spec = nanny_spec(config, *virtual_server, server)});
        }
    return all;
}

ipvs::ServiceEntry desired_entry(const config::Config& config, const config::VirtualServer& virtual_server,
                                 const Situation& situation) {
    ipvs::ServiceEntry entry{.service = service_of(virtual_server), .destinations = {}};
    auto& destinations = entry.destinations;
    const bool sorry = situation.sorry.contains(entry.service.id);
    std::set<net::Endpoint> drained;
    for (const auto& member : members(config, virtual_server, situation)) {
        if (member.drained) drained.insert(member.endpoint);
        if (!member.weight) continue;
        const auto& server = *member.entry;
        auto destination = destination_of(config, virtual_server, server.address, server.port);
        destination.weight = sorry ? 0 : *member.weight;
        destination.upper_threshold = static_cast<std::uint32_t>(server.u_threshold);
        destination.lower_threshold = static_cast<std::uint32_t>(server.l_threshold);
        destinations.emplace_hint(destinations.end(), member.endpoint, destination);
    }
    if (!sorry && !situation.leaving.contains(entry.service.id)) return entry;
    for (const auto& address : virtual_server.sorry_servers) {
        auto destination = destination_of(config, virtual_server, address, virtual_server.port);
        const bool serves = sorry && !drained.contains(destination.endpoint);
        destination.weight = serves ? 1 : 0;
        if (serves)
            destinations.insert_or_assign(destination.endpoint, destination);
        else
            destinations.try_emplace(destination.endpoint, destination);
    }
    return entry;
}

ipvs::Table desired_table(const config::Config& config, const Situation& situation) {
    ipvs::Table table;
    for (const auto* virtual_server : services(config))
        table.emplace(service_id(*virtual_server), desired_entry(config, *virtual_server, situation));
    return table;
}

bool judge_quorum(const config::Config& config, const config::VirtualServer& virtual_server,
                  Situation& situation) {
    const auto id = service_id(virtual_server);
    const bool was = situation.sorry.contains(id);
    if (is_below_quorum(config, virtual_server, situation) == was) return false;
    if (was) {
        situation.sorry.erase(id);
        if (sorry_servers_linger(virtual_server)) situation.leaving.insert(id);
    } else {
        situation.sorry.insert(id);
        situation.leaving.erase(id);
    }
    return true;
}

void judge_quorums(const config::Config& config, Situation& situation) {
    for (const auto* virtual_server : services(config)) judge_quorum(config, *virtual_server, situation);
}

bool sorry_servers_linger(const config::VirtualServer& virtual_server) {
    return virtual_server.quiesce_server && virtual_server.persistent.count() == 0;
}

std::set<net::Endpoint> sorry_endpoints(const config::Config& config,
                                        const config::VirtualServer& virtual_server) {
    std::set<net::Endpoint> endpoints;
    for (const auto& address : virtual_server.sorry_servers)
        endpoints.insert(config::server_key(config, virtual_server, address, virtual_server.port));
    for (const auto& server : virtual_server.servers)
        if (server.active)
            endpoints.erase(config::server_key(config, virtual_server, server.address, server.port));
    return endpoints;
}

bool is_busy(const std::set<net::Endpoint>& servers, const ipvs::DumpedService& service) {
    return std::ranges::any_of(service.destinations, [&](const ipvs::DumpedDestination& found) {
        return servers.contains(found.destination.endpoint) &&
               found.connections.active + found.connections.inactive > 0;
    });
}

Situation adopt(const config::Config& config, const ipvs::Table& actual, std::set<MonitorKey> drained) {
    Situation situation;
    situation.drained = std::move(drained);
    for (const auto* virtual_server : services(config)) {
        const auto found = actual.find(service_id(*virtual_server));
        if (found == actual.end()) continue;
        const auto& [id, entry] = *found;
        const auto& present = entry.destinations;
        for (const auto& endpoint : sorry_endpoints(config, *virtual_server)) {
            const auto at = present.find(endpoint);
            if (at == present.end()) continue;
            if (at->second.weight > 0) situation.sorry.insert(id);
            if (at->second.weight == 0 && sorry_servers_linger(*virtual_server)) situation.leaving.insert(id);
        }
        const bool sorry = situation.sorry.contains(id);
        if (sorry) situation.leaving.erase(id);
        for (const auto& server : virtual_server->servers) {
            const auto at =
                present.find(config::server_key(config, *virtual_server, server.address, server.port));
            if (at == present.end()) continue;
            const int weight = at->second.weight;
            const auto key = key_of(*virtual_server, server);
            Standing standing{.admitted = true, .quiet = sorry || weight == 0};
            // A 0 is its nanny's only where nobody else would have set it.
            const bool others_zero =
                sorry || virtual_server->quiesce_server || situation.drained.contains(key);
            if (weight > 0 || !others_zero) standing.weight = weight;
            situation.standings[key] = standing;
        }
    }
    return situation;
}

Situation still_known(Situation situation, const config::Config& config) {
    std::set<MonitorKey> known;
    std::set<ipvs::ServiceId> standing_in;
    std::set<ipvs::ServiceId> lingering;
    for (const auto* virtual_server : services(config)) {
        if (!virtual_server->sorry_servers.empty()) {
            standing_in.insert(service_id(*virtual_server));
            if (sorry_servers_linger(*virtual_server)) lingering.insert(service_id(*virtual_server));
        }
        for (const auto& server : virtual_server->servers)
            if (server.active) known.insert(key_of(*virtual_server, server));
    }
    std::erase_if(situation.standings, [&](const auto& entry) { return !known.contains(entry.first); });
    std::erase_if(situation.drained, [&](const auto& key) { return !known.contains(key); });
    std::erase_if(situation.sorry, [&](const auto& id) { return !standing_in.contains(id); });
    std::erase_if(situation.leaving, [&](const auto& id) { return !lingering.contains(id); });
    judge_quorums(config, situation);
    return situation;
}

Situation everyone_up(const config::Config& config) {
    Situation situation;
    for (const auto* virtual_server : services(config))
        for (const auto& server : virtual_server->servers)
            situation.standings[key_of(*virtual_server, server)] = {.verdict = health::Verdict::up,
                                                                    .admitted = true};
    return situation;
}

Standing after(const Standing& before, const health::Report& report, TimePoint now) {
    using enum health::Verdict;
    if (report.verdict == unknown) return before;
    Standing next{.verdict = report.verdict,
                  .admitted = before.admitted || report.verdict == up,
                  .held = before.held && report.verdict == down,
                  .weight = report.weight ? report.weight : before.weight};  // and not quiet
    // One found in the table and never checked was up as far as anybody knew.
    const bool was_in = before.verdict == up || (before.verdict == unknown && before.admitted);
    if (report.verdict == down) next.failed = was_in ? std::optional(now) : before.failed;
    return next;
}

bool settled(const config::Config& config, const Standings& standings) {
    return std::ranges::all_of(services(config), [&](const auto* virtual_server) {
        bool all_known = true;
        for (const auto& server : virtual_server->servers) {
            if (!server.active) continue;
            const auto standing = standing_of(standings, key_of(*virtual_server, server));
            if (standing.verdict == health::Verdict::up) return true;
            if (standing.verdict == health::Verdict::unknown && standing.admitted) return true;
            all_known = all_known && standing.verdict != health::Verdict::unknown;
        }
        return all_known;
    });
}

std::string Changes::to_string() const {
    auto text = std::to_string(edits) + (edits == 1 ? " edit, " : " edits, ") + std::to_string(added) +
                " added, " + std::to_string(removed) + " removed";
    if (checks > 0)
        text += ", " + std::to_string(checks) + (checks == 1 ? " check changed" : " checks changed");
    return text;
}

Changes changes(const config::Config& before, const config::Config& after) {
    Changes counted;
    const auto table = desired_table(before, everyone_up(before));
    for (const auto& step : ipvs::plan(table, desired_table(after, everyone_up(after))))
        match(
            step, [&](const ipvs::AddService&) { ++counted.added; },
            [&](const ipvs::AddDestination&) { ++counted.added; },
            [&](const ipvs::EditService&) { ++counted.edits; },
            [&](const ipvs::EditDestination&) { ++counted.edits; },
            [&](const ipvs::DeleteService& gone) {
                counted.removed += 1 + static_cast<int>(table.at(gone.id).destinations.size());
            },
            [&](const ipvs::DeleteDestination&) { ++counted.removed; });
    std::map<MonitorKey, Monitor> was;
    for (auto& monitor : monitors(before)) was.emplace(monitor.key, monitor);
    for (const auto& monitor : monitors(after)) {
        const auto found = was.find(monitor.key);
        if (found != was.end() && !same_check(found->second, monitor)) ++counted.checks;
    }
    return counted;
}

}  // namespace pulse::director
