#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pulse/config/config.h"

namespace pulse::lab {

/// The two wires of the lab.
enum class Segment : std::uint8_t { public_side, private_side };

/// A network device of a host, the wire it hangs on, and the addresses it holds from the start.
struct Leg {
    std::string device;
    Segment segment = Segment::public_side;
    std::vector<net::IpAddress> addresses{};

    friend bool operator==(const Leg&, const Leg&) = default;
};

/// One machine of the cluster: a network namespace.
struct Host {
    std::string name;  ///< fit for a namespace and a file name, unique
    std::vector<Leg> legs{};
    std::vector<net::IpAddress> gateways{};        ///< default routes, at most one per family
    std::vector<net::IpAddress> quiet_services{};  ///< service addresses accepted here but never announced
    std::set<std::uint16_t> web_ports{};           ///< where its nginx answers with `name`
    bool router = false;
    bool tunnel_end = false;

    friend bool operator==(const Host&, const Host&) = default;
};

/// Packets to this service carry this mark when IPVS sees them.
struct Mark {
    net::Endpoint service;
    net::Protocol protocol = net::Protocol::tcp;
    net::FirewallMark mark;

    friend bool operator==(const Mark&, const Mark&) = default;
};

/// A check program the file names; the lab writes one at `path` if the machine has none.
struct CheckProgram {
    std::string path;
    std::size_t host_argument = 0;    ///< which argument is the server's address (%h), from 1; 0 = none
    std::string answer;               ///< what it prints for a healthy server, escapes untranslated
    std::set<std::uint16_t> ports{};  ///< asked over HTTP; any answer will do

    friend bool operator==(const CheckProgram&, const CheckProgram&) = default;
};

/// One active virtual server, as someone who watches it from outside needs to know it.
struct Service {
    std::string name;
    net::Endpoint address;
    net::Protocol protocol = net::Protocol::tcp;
    std::optional<net::FirewallMark> fwmark;
    std::string scheduler;
    bool persistent = false;
    bool quiesce = false;
    std::chrono::milliseconds timeout{};
    std::chrono::milliseconds reentry{};
    std::vector<std::string> hosts{};  ///< of the active real servers with a weight, in the file's order

    friend bool operator==(const Service&, const Service&) = default;
};

/// The network that a configuration describes, with what it leaves open filled in.
struct Layout {
    std::vector<Host> hosts;  ///< routers first, then real servers, the client last
    bool has_private_side = false;
    std::string public_device;
    std::vector<Mark> marks;
    std::vector<CheckProgram> check_programs;
    std::vector<Service> services;
    std::vector<std::string> notes;  ///< what the lab cannot provide, for the operator
    std::chrono::milliseconds keepalive{};
    std::chrono::milliseconds deadtime{};
};

/// Lays a configuration out: addresses of one /24 (IPv6: /64) share a wire, and whoever must speak on a
/// subnet without having an address there is given a free one.
[[nodiscard]] Layout layout(const config::Config& config);

}  // namespace pulse::lab
