#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/kernel/netlink.h"
#include "pulse/net/ip_address.h"
#include "pulse/net/mac.h"

namespace pulse::kernel {

/// A network device.
struct Link {
    int index = 0;
    std::string name;
    net::Mac mac;
    bool up = false;       ///< administratively
    bool carrier = false;  ///< up, and its cable or peer is there (IFF_RUNNING)
};

/// An address on a device.
struct InterfaceAddress {
    int link_index = 0;
    std::string label;  ///< IPv4: the device's name or an alias such as "eth0:1"; empty for IPv6
    net::IpAddress address;
    int prefix_length = 32;
};

/// Devices and addresses through rtnetlink(7). Writing needs CAP_NET_ADMIN.
class RouteClient {
  public:
    [[nodiscard]] static Result<RouteClient> open();

    [[nodiscard]] Result<std::vector<Link>> links();

    /// ENODEV if there is none of that name.
    [[nodiscard]] Result<Link> link(const std::string& name);

    [[nodiscard]] Result<std::vector<InterfaceAddress>> addresses();

    /// Equivalent to: ip address add ADDRESS/LENGTH broadcast + label LABEL dev DEVICE. One that is there is
    /// no error.
    [[nodiscard]] Result<void> add_address(const InterfaceAddress& address);

    /// Equivalent to: ip address del ADDRESS/LENGTH dev DEVICE. One that is gone is no error.
    [[nodiscard]] Result<void> remove_address(const InterfaceAddress& address);

  private:
    explicit RouteClient(NetlinkSocket socket) : socket_(std::move(socket)) {}
    NetlinkSocket socket_;
};

}  // namespace pulse::kernel
