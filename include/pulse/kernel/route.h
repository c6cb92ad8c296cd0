#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/kernel/netlink.h"
#include "pulse/net/interface.h"

namespace pulse::kernel {

using net::InterfaceAddress;
using net::Link;

/// Devices and addresses through rtnetlink(7). Writing needs CAP_NET_ADMIN.
///
/// The kernel marks a listing that a change has overtaken as interrupted. Such a one is read again, a bounded
/// number of times; only then it is an error (EINTR).
class RouteClient {
  public:
    [[nodiscard]] static Result<RouteClient> open();

    [[nodiscard]] Result<std::vector<Link>> links();

    /// ENODEV if there is none of that name.
    [[nodiscard]] Result<Link> link(const std::string& name);
    [[nodiscard]] Result<Link> link(int index);

    /// Where addresses change all the time they are read device by device: each device's are of one moment.
    [[nodiscard]] Result<std::vector<InterfaceAddress>> addresses();

    /// Makes the changes in order, many to a send. One that fails does not stop the next and is told to
    /// `on_failure`; an address that is there already, or gone already, is no failure. The error is that the
    /// conversation broke: what the kernel has done is then unknown.
    ///
    /// Equivalent to: ip address add ADDRESS/LENGTH broadcast + label LABEL proto PROTOCOL dev DEVICE, for
    /// IPv6 with nodad and preferred_lft 0 (the router's own connections do not begin at a floating address);
    /// or to: ip address del ADDRESS/LENGTH dev DEVICE.
    [[nodiscard]] Result<void> change_addresses(
        std::span<const net::AddressChange> changes,
        const std::function<void(std::size_t index, const Error&)>& on_failure);

  private:
    explicit RouteClient(NetlinkSocket socket) : socket_(std::move(socket)) {}
    [[nodiscard]] Result<void> dump_links(const std::function<void(Link)>& take);
    [[nodiscard]] Result<Link> ask_for_link(nl_msg* question, const std::string& name);
    [[nodiscard]] Result<std::vector<InterfaceAddress>> addresses_of(int device);
    [[nodiscard]] Result<std::vector<InterfaceAddress>> addresses_by_device();

    NetlinkSocket socket_;
};

}  // namespace pulse::kernel
