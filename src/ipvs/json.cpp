#include "pulse/ipvs/json.h"

#include <nlohmann/json.hpp>

#include "pulse/base/text.h"
#include "pulse/ipvs/schedulers.h"

namespace pulse::ipvs {

namespace {

using Json = nlohmann::ordered_json;

/// Names come from the kernel's and strangers' mouths: what is not UTF-8 is replaced, never an exception.
std::string text_of(const Json& value) {
    constexpr int indent = 2;
    return value.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json counters(const Counters& counted) {
    return {{"connections", counted.connections},
            {"in_packets", counted.in_packets},
            {"out_packets", counted.out_packets},
            {"in_bytes", counted.in_bytes},
            {"out_bytes", counted.out_bytes}};
}

void add_statistics(Json& to, const Statistics& statistics) {
    to["statistics"] = counters(statistics.total);
    to["per_second"] = counters(statistics.per_second);
}

std::string_view family_name(net::Family family) { return family == net::Family::v4 ? "ipv4" : "ipv6"; }

std::string_view forwarding_name(Forwarding forwarding) {
    switch (forwarding) {
        case Forwarding::masquerade:
            return "masquerade";
        case Forwarding::local:
            return "local";
        case Forwarding::tunnel:
            return "tunnel";
        case Forwarding::direct:
            return "direct";
        case Forwarding::bypass:
            return "bypass";
    }
    return "unknown";
}

Json tunnel(const Tunnel& tunnel) {
    Json made{{"type", tunnel.type == TunnelType::gue   ? "gue"
                       : tunnel.type == TunnelType::gre ? "gre"
                                                        : "ipip"}};
    if (tunnel.type == TunnelType::gue) made["port"] = tunnel.port.number;
    if (tunnel.type != TunnelType::ipip)
        made["checksum"] = tunnel.checksum == TunnelChecksum::checksum ? "checksum"
                           : tunnel.checksum == TunnelChecksum::remote ? "remote"
                                                                       : "none";
    return made;
}

Json server(const DumpedDestination& dumped) {
    const auto& made = dumped.destination;
    Json of{{"address", made.endpoint.address.to_string()},   {"port", made.endpoint.port.number},
            {"forwarding", forwarding_name(made.forwarding)}, {"weight", made.weight},
            {"upper_threshold", made.upper_threshold},        {"lower_threshold", made.lower_threshold}};
    if (made.forwarding == Forwarding::tunnel) of["tunnel"] = tunnel(made.tunnel);
    of["connections"] = {{"active", dumped.connections.active},
                         {"inactive", dumped.connections.inactive},
                         {"persistent", dumped.connections.persistent}};
    add_statistics(of, dumped.statistics);
    return of;
}

Json service(const DumpedService& dumped) {
    const auto& made = dumped.service;
    Json of;
    if (made.id.is_mark()) {
        of = {{"fwmark", made.id.mark.number}, {"family", family_name(made.id.family)}};
    } else {
        of = {{"protocol", net::name(made.id.protocol)},
              {"address", made.id.endpoint.address.to_string()},
              {"port", made.id.endpoint.port.number}};
    }
    of["scheduler"] = made.scheduler;
    of["scheduler_flags"] = Json::array();
    const auto flags = scheduler_flag_names(made.scheduler, made.scheduler_flags);
    if (!flags.empty())
        for (const auto flag : split(flags, ',')) of["scheduler_flags"].push_back(flag);
    of["one_packet"] = made.one_packet;
    of["persistence"] = nullptr;
    if (made.persistence)
        of["persistence"] = {{"timeout", made.persistence->timeout.count()},
                             {"mask", made.persistence->mask.to_string()}};
    of["persistence_engine"] = made.engine.empty() ? Json() : Json(made.engine);
    add_statistics(of, dumped.statistics);
    of["servers"] = Json::array();
    for (const auto& each : dumped.destinations) of["servers"].push_back(server(each));
    return of;
}

Json endpoint(const net::Endpoint& endpoint) {
    return {{"address", endpoint.address.to_string()}, {"port", endpoint.port.number}};
}

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

}  // namespace

std::string json(const std::optional<KernelInfo>& info, const Dump& dump) {
    Json all = Json::object();
    if (info) {
        all["version"] = info->version_text();
        all["connection_table_size"] = info->connection_table_size;
    }
    all["services"] = Json::array();
    for (const auto& each : dump) all["services"].push_back(service(each));
    return text_of(all);
}

std::string json(const std::vector<Connection>& connections) {
    Json all{{"connections", Json::array()}};
    for (const auto& each : connections) {
        Json made{{"protocol", each.protocol},         {"state", each.state},
                  {"expires", each.expires.count()},   {"client", endpoint(each.client)},
                  {"service", endpoint(each.service)}, {"server", endpoint(each.server)}};
        if (!each.engine.empty())
            made["persistence_engine"] = {{"name", each.engine}, {"data", each.engine_data}};
        all["connections"].push_back(std::move(made));
    }
    return text_of(all);
}

std::string json(const Timeouts& timeouts) {
    return text_of({{"timeouts",
                     {{"tcp", timeouts.tcp.count()},
                      {"tcp_fin", timeouts.tcp_fin.count()},
                      {"udp", timeouts.udp.count()}}}});
}

std::string json(std::span<const SyncDaemon> daemons) {
    Json all{{"daemons", Json::array()}};
    for (const auto& each : daemons) {
        Json made{{"role", each.role == SyncRole::master ? "master" : "backup"},
                  {"interface", each.interface},
                  {"syncid", each.id}};
        made["max_length"] = or_null(each.max_length);
        made["group"] = each.group ? Json(each.group->to_string()) : Json();
        made["port"] = each.port ? Json(each.port->number) : Json();
        made["ttl"] = or_null(each.ttl);
        all["daemons"].push_back(std::move(made));
    }
    return text_of(all);
}

}  // namespace pulse::ipvs
