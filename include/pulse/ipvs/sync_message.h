#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pulse/ipvs/table.h"
#include "pulse/net/service.h"

namespace pulse::ipvs {

/// A connection as one router tells it to another's synchronisation daemon.
struct SyncedConnection {
    net::Protocol protocol = net::Protocol::tcp;
    net::Endpoint client;
    net::Endpoint service;
    net::Endpoint server;
    std::uint16_t state = 0;                         ///< the kernel's number (IP_VS_TCP_S_…, IP_VS_UDP_S_…)
    bool inactive = false;                           ///< not established: counts as inactive for its server
    net::FirewallMark mark;                          ///< of its virtual service; 0: none
    Forwarding forwarding = Forwarding::masquerade;  ///< counts where the other has no such real server yet

    friend bool operator==(const SyncedConnection&, const SyncedConnection&) = default;
};

/// The messages of the kernel's own synchronisation protocol, version 1, that tell these connections: each of
/// at most `most` bytes, for the daemon with this id (net/netfilter/ipvs/ip_vs_sync.c: struct
/// ip_vs_sync_mesg, ip_vs_sync_v4, ip_vs_sync_v6; network byte order).
[[nodiscard]] std::vector<std::vector<std::uint8_t>> sync_messages(
    std::span<const SyncedConnection> connections, std::uint8_t id, std::size_t most);

}  // namespace pulse::ipvs
