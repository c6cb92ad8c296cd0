#include "pulse/ipvs/listing.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "pulse/ipvs/schedulers.h"

namespace pulse::ipvs {

namespace {

std::string_view forwarding_title(Forwarding forwarding) {
    switch (forwarding) {
        case Forwarding::masquerade:
            return "Masq";
        case Forwarding::local:
            return "Local";
        case Forwarding::tunnel:
            return "Tunnel";
        case Forwarding::direct:
            return "Route";
        case Forwarding::bypass:
            return "Bypass";
    }
    return "?";
}

std::string endpoint_text(const net::Endpoint& endpoint, net::Protocol protocol, const Naming& naming) {
    const auto host = naming.host(endpoint.address);
    return fmt::format(fmt::runtime(endpoint.address.is_v4() ? "{}:{}" : "[{}]:{}"), host,
                       naming.port(endpoint.port, protocol));
}

std::string service_name(const ServiceId& id, const Naming& naming) {
    if (id.is_mark())
        return fmt::format("FWM  {}{}", id.mark.number, id.family == net::Family::v6 ? " IPv6" : "");
    std::string protocol(net::name(id.protocol));
    std::ranges::transform(protocol, protocol.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    auto text = fmt::format("{:<4} {}", protocol, endpoint_text(id.endpoint, id.protocol, naming));
    constexpr std::size_t ipv4_width = 33;  // ipvsadm cuts IPv4 here and lets IPv6 run on
    if (id.family == net::Family::v4 && text.size() > ipv4_width) text.resize(ipv4_width);
    return text;
}

std::string scheduler_flags(const Service& service) {
    const auto names = scheduler_flag_names(service.scheduler, service.scheduler_flags);
    return names.empty() ? names : " (" + names + ")";
}

std::string service_line(const Service& service, const Naming& naming) {
    auto line = service_name(service.id, naming) + " " + service.scheduler + scheduler_flags(service);
    if (service.persistence) {
        line += fmt::format(" persistent {}", service.persistence->timeout.count());
        if (!service.persistence->mask.is_host()) line += " mask " + service.persistence->mask.to_string();
        if (!service.persistence->engine.empty()) line += " pe " + service.persistence->engine;
    }
    if (service.one_packet) line += " ops";
    return line + "\n";
}

std::string server_line(const ServiceId& service, const DumpedDestination& server, const Naming& naming) {
    auto endpoint = endpoint_text(server.destination.endpoint, service.protocol, naming);
    constexpr std::size_t ipv4_width = 28;
    if (server.destination.endpoint.address.is_v4() && endpoint.size() > ipv4_width)
        endpoint.resize(ipv4_width);
    return fmt::format("  -> {:<28} {:<7} {:<6} {:<10} {:<10}\n", endpoint,
                       forwarding_title(server.destination.forwarding), server.destination.weight,
                       server.connections.active, server.connections.inactive);
}

}  // namespace

std::string listing_version(const KernelInfo& info) {
    return fmt::format("IP Virtual Server version {}.{}.{} (size={})\n", info.version >> 16U & 0xffU,
                       info.version >> 8U & 0xffU, info.version & 0xffU, info.connection_table_size);
}

std::string listing_titles() {
    return "Prot LocalAddress:Port Scheduler Flags\n"
           "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
}

std::string listing(const Dump& dump, const Naming& naming) {
    std::string text;
    for (const auto& service : dump) {
        text += service_line(service.service, naming);
        for (const auto& server : service.destinations)
            text += server_line(service.service.id, server, naming);
    }
    return text;
}

}  // namespace pulse::ipvs
