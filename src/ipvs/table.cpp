#include "pulse/ipvs/table.h"

#include <algorithm>
#include <cctype>

namespace pulse::ipvs {

ServiceId ServiceId::at(net::Protocol protocol, net::Endpoint endpoint) {
    return {.mark = {}, .family = endpoint.address.family(), .protocol = protocol, .endpoint = endpoint};
}

ServiceId ServiceId::marked(net::FirewallMark mark, net::Family family) {
    return {.mark = mark, .family = family, .protocol = net::Protocol::tcp, .endpoint = {}};
}

std::string ServiceId::to_string() const {
    if (is_mark()) return "FWM " + std::to_string(mark.number) + (family == net::Family::v6 ? " IPv6" : "");
    std::string protocol_name(net::name(protocol));
    std::ranges::transform(protocol_name, protocol_name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return protocol_name + " " + endpoint.to_string();
}

Table table_of(const Dump& dump) {
    Table table;
    for (const auto& dumped : dump) {
        auto& entry = table[dumped.service.id];
        entry.service = dumped.service;
        for (const auto& server : dumped.destinations)
            entry.destinations.insert_or_assign(server.destination.endpoint, server.destination);
    }
    return table;
}

Dump sorted(Dump dump) {
    std::ranges::sort(dump, {}, [](const DumpedService& s) { return s.service.id; });
    for (auto& service : dump)
        std::ranges::sort(service.destinations, {},
                          [](const DumpedDestination& d) { return d.destination.endpoint; });
    return dump;
}

}  // namespace pulse::ipvs
