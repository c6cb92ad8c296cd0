#pragma once

#include <ostream>
#include <string_view>

#include "pulse/ipvs/plan.h"
#include "pulse/ipvs/table.h"

namespace pulse::ipvs {

inline net::IpAddress ip(std::string_view text) { return net::IpAddress::parse(text).value(); }

inline net::Endpoint at(std::string_view address, std::uint16_t port) {
    return {.address = ip(address), .port = {port}};
}

inline ServiceId tcp(std::string_view address, std::uint16_t port) {
    return ServiceId::at(net::Protocol::tcp, at(address, port));
}

inline ServiceId udp(std::string_view address, std::uint16_t port) {
    return ServiceId::at(net::Protocol::udp, at(address, port));
}

inline Persistence persistent(int seconds, net::Netmask mask = net::Netmask::host(net::Family::v4)) {
    return {.timeout = std::chrono::seconds(seconds), .mask = mask};
}

/// An entry of a table.
inline std::pair<const ServiceId, ServiceEntry> entry(const Service& service,
                                                      const std::vector<Destination>& servers = {}) {
    ServiceEntry made{.service = service, .destinations = {}};
    for (const auto& server : servers) made.destinations.emplace(server.endpoint, server);
    return {service.id, made};
}

/// How googletest shows these on failure; it looks for this name.
// NOLINTBEGIN(readability-identifier-naming): googletest's name
inline void PrintTo(const Step& step, std::ostream* out) { *out << describe(step); }
inline void PrintTo(const ServiceId& id, std::ostream* out) { *out << id.to_string(); }
// NOLINTEND(readability-identifier-naming)

}  // namespace pulse::ipvs
