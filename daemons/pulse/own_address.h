#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "pulse/config/config.h"
#include "pulse/failover/cluster.h"
#include "pulse/kernel/route.h"

namespace pulse::daemon {

/// The addresses of this machine.
[[nodiscard]] Result<std::vector<net::IpAddress>> local_addresses(kernel::RouteClient& route);

/// "address 10.0.0.1 (primary) or 10.0.0.2 (backup)": what makes a machine one of the two routers.
[[nodiscard]] std::string own_address_text(const config::Config& config);

/// Waits until this machine has one of the two addresses: at boot it may come late. nullopt: SIGTERM or
/// SIGINT came first. Runs the loop, and leaves it as it was.
[[nodiscard]] std::optional<failover::Identity> wait_for_own_address(boost::asio::io_context& context,
                                                                     const config::Config& config,
                                                                     kernel::RouteClient& route);

}  // namespace pulse::daemon
