#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pulse/ipvs/statistics.h"
#include "pulse/net/netmask.h"
#include "pulse/net/service.h"

namespace pulse::ipvs {

/// How IPVS hands a packet to a real server; the values are the kernel's (linux/ip_vs.h).
enum class Forwarding : std::uint8_t { masquerade = 0, local = 1, tunnel = 2, direct = 3, bypass = 4 };

/// What makes a virtual service that service and no other: protocol, address and port, or a firewall mark.
/// Ordered the way ipvsadm lists: address services before marks, then family, protocol, address, port.
struct ServiceId {
    net::FirewallMark mark;  ///< 0: not a mark service
    net::Family family = net::Family::v4;
    net::Protocol protocol = net::Protocol::tcp;  ///< tcp for marks, as the kernel has it
    net::Endpoint endpoint;                       ///< 0.0.0.0:0 for marks

    [[nodiscard]] static ServiceId at(net::Protocol protocol, net::Endpoint endpoint);
    [[nodiscard]] static ServiceId marked(net::FirewallMark mark, net::Family family = net::Family::v4);

    [[nodiscard]] bool is_mark() const { return mark.number != 0; }

    /// "TCP 10.0.0.10:80", "FWM 100", "FWM 100 IPv6"
    [[nodiscard]] std::string to_string() const;

    friend auto operator<=>(const ServiceId&, const ServiceId&) = default;
};

/// Sends a client back to the server it had before.
struct Persistence {
    std::chrono::seconds timeout{300};
    net::Netmask mask;  ///< clients equal under it share a server

    friend bool operator==(const Persistence&, const Persistence&) = default;
};

/// A virtual service without its servers.
struct Service {
    ServiceId id;
    std::string scheduler = "wlc";
    std::uint32_t scheduler_flags = 0;  ///< the kernel's 0x08, 0x10 and 0x20
    bool one_packet = false;
    std::optional<Persistence> persistence;
    std::string engine{};  ///< persistence engine, "sip" or empty; counts with persistence alone

    friend bool operator==(const Service&, const Service&) = default;
};

/// What a tunnel wraps packets in; the values are the kernel's (linux/ip_vs.h).
enum class TunnelType : std::uint8_t { ipip = 0, gue = 1, gre = 2 };

/// The outer checksum of a GUE or GRE tunnel; the values are the kernel's.
enum class TunnelChecksum : std::uint8_t { none = 0, checksum = 1, remote = 2 };

/// How packets are wrapped on their way to a real server; kernels before 5.2 know plain IPIP alone.
struct Tunnel {
    TunnelType type = TunnelType::ipip;
    net::Port port;  ///< GUE's; 0 with the others
    TunnelChecksum checksum = TunnelChecksum::none;

    friend bool operator==(const Tunnel&, const Tunnel&) = default;
};

/// A real server of a virtual service.
struct Destination {
    net::Endpoint endpoint;
    Forwarding forwarding = Forwarding::direct;
    std::int32_t weight = 1;            ///< 0: no new connections
    std::uint32_t upper_threshold = 0;  ///< connections at which no more are given; 0: no limit
    std::uint32_t lower_threshold = 0;  ///< connections below which they are again; 0: 3/4 of the upper
    Tunnel tunnel;                      ///< counts with Forwarding::tunnel alone

    friend bool operator==(const Destination&, const Destination&) = default;
};

/// A virtual service with its servers.
struct ServiceEntry {
    Service service;
    std::map<net::Endpoint, Destination> destinations;

    friend bool operator==(const ServiceEntry&, const ServiceEntry&) = default;
};

/// An IPVS table: what is configured, without anything that is counted.
using Table = std::map<ServiceId, ServiceEntry>;

/// Connections of a real server at one moment.
struct ConnectionCounts {
    std::uint32_t active = 0;
    std::uint32_t inactive = 0;
    std::uint32_t persistent = 0;
};

struct DumpedDestination {
    Destination destination;
    ConnectionCounts connections;
    Statistics statistics{};
};

struct DumpedService {
    Service service;
    std::vector<DumpedDestination> destinations;
    Statistics statistics{};
};

/// What the kernel tells of its table, in the kernel's order.
using Dump = std::vector<DumpedService>;

[[nodiscard]] Table table_of(const Dump& dump);

/// Sorted the way ipvsadm prints: services by identity, servers by address and port.
[[nodiscard]] Dump sorted(Dump dump);

}  // namespace pulse::ipvs
