#pragma once

#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>

#include "pulse/net/service.h"

namespace pulse::probe {

/// A socket address of either family, in the shape the system calls take.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    explicit SocketAddress(const net::Endpoint& endpoint) {
        const auto bytes = endpoint.address.bytes();
        if (endpoint.address.is_v4()) {
            sockaddr_in v4{};
            v4.sin_family = AF_INET;
            v4.sin_port = htons(endpoint.port.number);
            std::memcpy(&v4.sin_addr, bytes.data(), bytes.size());
            std::memcpy(&storage, &v4, size = sizeof v4);
        } else {
            sockaddr_in6 v6{};
            v6.sin6_family = AF_INET6;
            v6.sin6_port = htons(endpoint.port.number);
            std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
            std::memcpy(&storage, &v6, size = sizeof v6);
        }
    }

    /// The system calls take any family behind this pointer type.
    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

}  // namespace pulse::probe
