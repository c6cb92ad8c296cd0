#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/config/config.h"
#include "pulse/failover/machine.h"

namespace pulse::failover {

/// An address that belongs to whichever router is active.
struct FloatingAddress {
    net::IpAddress address;
    std::string label;                 ///< as in lvs.cf, usually an alias such as "eth0:1"
    std::optional<int> prefix_length;  ///< nullopt: take the device's own network

    [[nodiscard]] std::string device() const { return label.substr(0, label.find(':')); }

    friend bool operator==(const FloatingAddress&, const FloatingAddress&) = default;
};

/// The VIP of every active virtual server and, with NAT, the real servers' gateway. An address used by
/// several virtuals appears once, with the first one's device and mask.
[[nodiscard]] std::vector<FloatingAddress> floating_addresses(const config::Config& config);

/// Those of `addresses` that `others` does not have just so, with the same device and mask.
[[nodiscard]] std::vector<FloatingAddress> without(std::vector<FloatingAddress> addresses,
                                                   const std::vector<FloatingAddress>& others);

/// Whether pulse can run with this configuration: it needs an active virtual, and service = lvs.
[[nodiscard]] Result<void> usable(const config::Config& config);

/// Which router owns one of these local addresses: `primary` is looked for first, then `backup`.
[[nodiscard]] std::optional<Identity> identity(const config::Config& config,
                                               std::span<const net::IpAddress> local);

/// One way heartbeats travel: from an address of this router to one of the partner's.
struct Path {
    std::string name;  ///< "public", "private"
    net::IpAddress own;
    net::IpAddress partner;
    friend bool operator==(const Path&, const Path&) = default;
};

/// The public path and, where both routers have one, the private one; none without a partner.
[[nodiscard]] std::vector<Path> heartbeat_paths(const config::Config& config, Identity identity);

}  // namespace pulse::failover
