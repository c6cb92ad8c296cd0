#include "pulse/director/director.h"

#include <algorithm>

#include "pulse/base/match.h"
#include "pulse/director/marks.h"
#include "pulse/ipvs/plan.h"

namespace pulse::director {

namespace {

ipvs::Forwarding forwarding(config::Network network) {
    switch (network) {
        case config::Network::nat:
            return ipvs::Forwarding::masquerade;
        case config::Network::direct:
            return ipvs::Forwarding::direct;
        case config::Network::tunnel:
            return ipvs::Forwarding::tunnel;
    }
    return ipvs::Forwarding::masquerade;
}

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

/// Where IPVS sends to. Only NAT can change the port; with the other methods the packet arrives unchanged.
net::Endpoint destination_endpoint(const config::Config& config, const config::VirtualServer& virtual_server,
                                   const net::IpAddress& address, net::Port port) {
    const bool keeps_port =
        config.network_of(virtual_server) != config::Network::nat && !virtual_server.fwmark;
    if (marks_several_ports(virtual_server)) return {address, net::Port{0}};  // 0: the one the packet has
    return {address, keeps_port ? virtual_server.port : port};
}

ipvs::Destination destination_of(const config::Config& config, const config::VirtualServer& virtual_server,
                                 const net::IpAddress& address, net::Port port) {
    ipvs::Destination destination{.endpoint = destination_endpoint(config, virtual_server, address, port),
                                  .forwarding = forwarding(config.network_of(virtual_server))};
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

/// What the nanny asks for, within what the file allows: a nanny is not to be trusted.
int weight_of(const Standing& standing, const config::VirtualServer& virtual_server,
              const config::RealServer& server) {
    if (!standing.weight) return server.weight;
    const auto scale = load::scale_of(virtual_server.load_formula, server.weight, virtual_server.weight_min,
                                      virtual_server.weight_max, virtual_server.slow_start);
    return std::clamp(*standing.weight, 0, scale.highest);
}

/// The weight a server takes part with as far as its health goes; nullopt if it does not.
std::optional<int> healthy_weight(const Standing& standing, const config::VirtualServer& virtual_server,
                                  const config::RealServer& server) {
    switch (standing.verdict) {
        case health::Verdict::up:
            return weight_of(standing, virtual_server, server);
        case health::Verdict::unknown:
            if (!standing.admitted) return std::nullopt;
            return standing.quiet ? 0 : server.weight;
        case health::Verdict::down:
            if (standing.held) return weight_of(standing, virtual_server, server);
            return virtual_server.quiesce_server && standing.admitted ? std::optional(0) : std::nullopt;
    }
    return std::nullopt;
}

/// The same once the operator's wish is heard.
std::optional<int> effective_weight(const config::VirtualServer& virtual_server,
                                    const config::RealServer& server, const Situation& situation) {
    const auto key = key_of(virtual_server, server);
    const auto weight = healthy_weight(standing_of(situation.standings, key), virtual_server, server);
    return weight && situation.drained.contains(key) ? std::optional(0) : weight;
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

ipvs::ServiceId service_id(const config::VirtualServer& virtual_server) {
    const auto address = virtual_server.address ? virtual_server.address->address : net::IpAddress();
    if (virtual_server.fwmark) return ipvs::ServiceId::marked(*virtual_server.fwmark, address.family());
    return ipvs::ServiceId::at(virtual_server.protocol, {address, virtual_server.port});
}

std::vector<const config::VirtualServer*> services(const config::Config& config) {
    std::vector<const config::VirtualServer*> chosen;
    std::set<ipvs::ServiceId> taken;
    for (const auto& virtual_server : config.virtual_servers)
        if (can_serve(virtual_server) && taken.insert(service_id(virtual_server)).second)
            chosen.push_back(&virtual_server);
    return chosen;
}

std::vector<const config::VirtualServer*> duplicates(const config::Config& config) {
    std::vector<const config::VirtualServer*> left_out;
    std::set<ipvs::ServiceId> taken;
    for (const auto& virtual_server : config.virtual_servers)
        if (can_serve(virtual_server) && !taken.insert(service_id(virtual_server)).second)
            left_out.push_back(&virtual_server);
    return left_out;
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
    const bool sorry = situation.sorry.contains(entry.service.id);
    for (const auto& server : virtual_server.servers) {
        if (!server.active) continue;
        const auto weight = effective_weight(virtual_server, server, situation);
        if (!weight) continue;
        auto destination = destination_of(config, virtual_server, server.address, server.port);
        destination.weight = sorry ? 0 : *weight;
        destination.upper_threshold = static_cast<std::uint32_t>(server.u_threshold);
        destination.lower_threshold = static_cast<std::uint32_t>(server.l_threshold);
        entry.destinations.try_emplace(destination.endpoint, destination);
    }
    if (sorry)
        for (const auto& address : virtual_server.sorry_servers) {
            const auto destination = destination_of(config, virtual_server, address, virtual_server.port);
            entry.destinations.try_emplace(destination.endpoint, destination);
        }
    return entry;
}

ipvs::Table desired_table(const config::Config& config, const Situation& situation) {
    ipvs::Table table;
    for (const auto* virtual_server : services(config))
        table.emplace(service_id(*virtual_server), desired_entry(config, *virtual_server, situation));
    return table;
}

bool is_below_quorum(const config::VirtualServer& virtual_server, const Situation& situation) {
    if (virtual_server.sorry_servers.empty()) return false;
    const auto worth = [&](int weight) {
        return virtual_server.quorum_of == config::QuorumOf::weight ? weight : std::min(weight, 1);
    };
    long long up = 0;
    long long all = 0;
    for (const auto& server : virtual_server.servers) {
        if (!server.active) continue;
        all += worth(server.weight);
        up += worth(effective_weight(virtual_server, server, situation).value_or(0));
    }
    long long needed = virtual_server.quorum;
    // A pool that can never reach so much must not stay with the sorry server for good.
    if (situation.sorry.contains(service_id(virtual_server)))
        needed = std::max(needed, std::min(needed + virtual_server.quorum_hysteresis, all));
    return up < needed;
}

std::set<ipvs::ServiceId> below_quorum(const config::Config& config, const Situation& situation) {
    std::set<ipvs::ServiceId> below;
    for (const auto* virtual_server : services(config))
        if (is_below_quorum(*virtual_server, situation)) below.insert(service_id(*virtual_server));
    return below;
}

Situation adopt(const config::Config& config, const ipvs::Table& actual) {
    Situation situation;
    for (const auto* virtual_server : services(config)) {
        const auto found = actual.find(service_id(*virtual_server));
        if (found == actual.end()) continue;
        const auto& present = found->second.destinations;
        for (const auto& server : virtual_server->servers) {
            const auto at =
                present.find(destination_endpoint(config, *virtual_server, server.address, server.port));
            if (at == present.end()) continue;
            situation.standings[key_of(*virtual_server, server)] = {.admitted = true,
                                                                    .quiet = at->second.weight == 0};
        }
        for (const auto& address : virtual_server->sorry_servers)
            if (present.contains(
                    destination_endpoint(config, *virtual_server, address, virtual_server->port)))
                situation.sorry.insert(found->first);
    }
    return situation;
}

Situation still_known(Situation situation, const config::Config& config) {
    std::set<MonitorKey> known;
    for (const auto* virtual_server : services(config))
        for (const auto& server : virtual_server->servers)
            if (server.active) known.insert(key_of(*virtual_server, server));
    std::erase_if(situation.standings, [&](const auto& entry) { return !known.contains(entry.first); });
    std::erase_if(situation.drained, [&](const auto& key) { return !known.contains(key); });
    situation.sorry = below_quorum(config, situation);
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
                  .weight = report.weight};  // and not quiet
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
