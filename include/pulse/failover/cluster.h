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
    std::string name;  ///< "public", "private"; of a heartbeat_path, its own address
    net::IpAddress own;
    net::IpAddress partner;
    net::Port port;  ///< on both sides
    friend bool operator==(const Path&, const Path&) = default;
};

/// The public path and, where both routers have one, the private one, and those of `heartbeat_path`; none
/// without a partner. `local`: addresses of this machine, by which the order of a heartbeat_path is known; of
/// one that names none of them the first is the primary's.
[[nodiscard]] std::vector<Path> heartbeat_paths(const config::Config& config, Identity identity,
                                                std::span<const net::IpAddress> local = {});

/// What both routers must agree on, as text to be compared: the configuration without what may differ.
[[nodiscard]] std::string shared_part(config::Config config);

/// The settings of the role machine that the configuration decides; what `watched` links and whether the role
/// is forced is the caller's to add.
[[nodiscard]] Settings settings_of(const config::Config& config, Identity identity);

}  // namespace pulse::failover
