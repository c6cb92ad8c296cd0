#pragma once

#include <cstddef>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/kernel/netlink.h"
#include "pulse/net/interface.h"

namespace pulse::kernel {

/// What has happened to this host's devices, and which addresses went. New addresses are not told of: a
/// takeover makes a thousand, and reading of them would take longer than making them.
struct RouteChanges {
    std::vector<net::Link> links;       ///< that are new or changed, as they are now
    std::vector<net::Link> gone_links;  ///< that were removed
    std::vector<net::InterfaceAddress> removed;
    bool lost = false;  ///< more happened than is told here: look at everything
    bool more = false;  ///< more can be read at once

    [[nodiscard]] bool empty() const {
        return links.empty() && gone_links.empty() && removed.empty() && !lost;
    }
};

/// Hears of every change of devices and loss of addresses (rtnetlink(7) notifications), whoever makes it.
class RouteWatch {
  public:
    /// Hears from now on; what was before is RouteClient's to tell.
    [[nodiscard]] static Result<RouteWatch> open();

    /// Readable when there is something to read.
    [[nodiscard]] int descriptor() const;

    /// Reads some of what has happened, without waiting. The kernel drops notifications that nobody reads in
    /// time: that is `lost`, no error.
    [[nodiscard]] Result<RouteChanges> read();

  private:
    explicit RouteWatch(NetlinkSocket socket) : socket_(std::move(socket)) {}
    NetlinkSocket socket_;
};

}  // namespace pulse::kernel
