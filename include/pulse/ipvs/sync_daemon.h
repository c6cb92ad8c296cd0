#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pulse/net/service.h"

namespace pulse::ipvs {

/// Which half of connection synchronisation a daemon of the kernel does: tell, or listen.
enum class SyncRole { master, backup };

/// A connection synchronisation daemon of the kernel; what is not said is the kernel's to choose.
struct SyncDaemon {
    SyncRole role = SyncRole::master;
    std::string interface = "eth0";       ///< whose multicast is used; at most 15 characters
    int id = 0;                           ///< 0 to 255; a backup with 0 listens to every id
    std::optional<int> max_length;        ///< bytes of a datagram, 1 to 65507; kernels since 4.3, as the rest
    std::optional<net::IpAddress> group;  ///< multicast; default 224.0.0.81
    std::optional<net::Port> port;        ///< default 8848
    std::optional<std::uint8_t> ttl;      ///< default 1

    friend bool operator==(const SyncDaemon&, const SyncDaemon&) = default;
};

}  // namespace pulse::ipvs
