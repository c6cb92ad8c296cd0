#include "pulse/director/director.h"

#include <algorithm>

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
    return {address, keeps_port ? virtual_server.port : port};
}

MonitorKey key_of(const config::VirtualServer& virtual_server, const config::RealServer& server) {
    return {service_id(virtual_server), {server.address, server.port}};
}

Standing standing_of(const Standings& standings, const MonitorKey& key) {
    const auto found = standings.find(key);
    return found == standings.end() ? Standing{} : found->second;
}

/// The weight a server takes part with; nullopt if it does not.
std::optional<int> effective_weight(const Standing& standing, const config::RealServer& server,
                                    bool quiesce) {
    switch (standing.verdict) {
        case health::Verdict::up:
            return server.weight;
        case health::Verdict::unknown:
            return standing.admitted ? std::optional(server.weight) : std::nullopt;
        case health::Verdict::down:
            return quiesce && standing.admitted ? std::optional(0) : std::nullopt;
    }
    return std::nullopt;
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
    spec.interval = virtual_server.timeout;
    spec.reentry = virtual_server.reentry;
    spec.weight = server.weight;
    spec.method = method_letter(config.network_of(virtual_server));
    if (virtual_server.load_monitor)
        spec.load_command =
            *virtual_server.load_monitor == "uptime" ? config.rsh_command : *virtual_server.load_monitor;
    return spec;
}

ipvs::Service service_of(const config::VirtualServer& virtual_server) {
    ipvs::Service service{.id = service_id(virtual_server), .scheduler = virtual_server.scheduler};
    if (virtual_server.persistent.count() > 0)
        service.persistence =
            ipvs::Persistence{.timeout = virtual_server.persistent,
                              .mask = virtual_server.pmask.value_or(net::Netmask::host(service.id.family)),
                              .engine = {}};
    return service;
}

/// A service needs an address or a mark.
bool can_serve(const config::VirtualServer& virtual_server) {
    return virtual_server.active && (virtual_server.address || virtual_server.fwmark);
}

}  // namespace

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
    const auto chosen = services(config);
    std::vector<const config::VirtualServer*> left_out;
    for (const auto& virtual_server : config.virtual_servers)
        if (can_serve(virtual_server) && std::ranges::find(chosen, &virtual_server) == chosen.end())
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

ipvs::Table desired_table(const config::Config& config, const Standings& standings) {
    ipvs::Table table;
    for (const auto* virtual_server : services(config)) {
        ipvs::ServiceEntry entry{.service = service_of(*virtual_server), .destinations = {}};
        const auto add = [&](const net::IpAddress& address, net::Port port, int weight) {
            const auto endpoint = destination_endpoint(config, *virtual_server, address, port);
            entry.destinations.try_emplace(
                endpoint, ipvs::Destination{.endpoint = endpoint,
                                            .forwarding = forwarding(config.network_of(*virtual_server)),
                                            .weight = weight});
        };
        bool served = false;
        for (const auto& server : virtual_server->servers) {
            if (!server.active) continue;
            const auto standing = standing_of(standings, key_of(*virtual_server, server));
            const auto weight = effective_weight(standing, server, virtual_server->quiesce_server);
            if (!weight) continue;
            add(server.address, server.port, *weight);
            served = served || standing.verdict != health::Verdict::down;
        }
        if (!served && virtual_server->sorry_server)
            add(*virtual_server->sorry_server, virtual_server->port, 1);
        table.emplace(entry.service.id, std::move(entry));
    }
    return table;
}

Standings adopt(const config::Config& config, const ipvs::Table& actual) {
    Standings standings;
    for (const auto* virtual_server : services(config)) {
        const auto found = actual.find(service_id(*virtual_server));
        if (found == actual.end()) continue;
        for (const auto& server : virtual_server->servers)
            if (found->second.destinations.contains(
                    destination_endpoint(config, *virtual_server, server.address, server.port)))
                standings[key_of(*virtual_server, server)].admitted = true;
    }
    return standings;
}

Standing after(const Standing& before, health::Verdict verdict) {
    if (verdict == health::Verdict::unknown) return before;
    return {.verdict = verdict, .admitted = before.admitted || verdict == health::Verdict::up};
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

}  // namespace pulse::director
