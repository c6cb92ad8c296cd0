#pragma once

#include "pulse/config/config.h"
#include "pulse/ipvs/table.h"

namespace pulse::config {

/// How a virtual server is known to IPVS: by its mark and family if it has a mark, else by protocol, address
/// and port. Two with the same are one service to the kernel.
[[nodiscard]] ipvs::ServiceId service_key(const VirtualServer& virtual_server);

/// How a real or sorry server is known to IPVS within its service, and where packets are sent. Two with the
/// same are one server to the kernel, whatever the file says: only NAT changes a port, so with the other
/// methods a host is one server. Port 0 leaves packets the port they have, which those of a marked service
/// need.
[[nodiscard]] net::Endpoint server_key(const Config& config, const VirtualServer& virtual_server,
                                       const net::IpAddress& address, net::Port port);

/// How the kernel is to bring packets to real servers with that method.
[[nodiscard]] ipvs::Forwarding forwarding(Network network);

}  // namespace pulse::config
