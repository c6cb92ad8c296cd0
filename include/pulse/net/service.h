#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "pulse/net/ip_address.h"

namespace pulse::net {

/// Transport protocols IPVS can balance; the values are the IP protocol numbers.
enum class Protocol : std::uint8_t { tcp = 6, udp = 17, sctp = 132 };

/// "tcp", "udp", "sctp"
[[nodiscard]] std::string_view name(Protocol protocol);

/// A transport port in host byte order.
struct Port {
    std::uint16_t number = 0;
    friend auto operator<=>(const Port&, const Port&) = default;
};

/// A packet mark set by the firewall; 0 means "no mark" and is never a service.
struct FirewallMark {
    std::uint32_t number = 0;
    friend auto operator<=>(const FirewallMark&, const FirewallMark&) = default;
};

/// An address and a port.
struct Endpoint {
    IpAddress address;
    Port port;

    /// "10.0.0.1:80", "[fd00::a]:80"
    [[nodiscard]] std::string to_string() const;

    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace pulse::net
