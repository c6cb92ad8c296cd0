#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pulse/base/result.h"
#include "pulse/net/service.h"

namespace pulse::runtime {

/// An address as text, or the first IPv4 address of a host name, asked of this system's resolver
/// (getaddrinfo(3)).
[[nodiscard]] std::optional<net::IpAddress> host_address(std::string_view name);

/// The first IPv6 address of a host name, asked of this system's resolver.
[[nodiscard]] std::optional<net::IpAddress> host_address_v6(std::string_view name);

/// The first IPv4 address of a host name, or the first IPv6 address if it has no other, asked of this
/// system's resolver. The error says why there is none. Without DNS this may take minutes; Resolver limits
/// it.
[[nodiscard]] Result<net::IpAddress> find_host_address(const std::string& name);

/// A port from the services database (services(5)).
[[nodiscard]] std::optional<net::Port> service_port(std::string_view name, net::Protocol protocol);

/// The name of an address, or the address as text if it has none. Asks the resolver: may take seconds without
/// DNS.
[[nodiscard]] std::string host_name(const net::IpAddress& address);

/// The name of a port, or its number.
[[nodiscard]] std::string port_name(net::Port port, net::Protocol protocol);

/// Whether this machine has a network device of that name.
[[nodiscard]] bool device_exists(std::string_view name);

}  // namespace pulse::runtime
