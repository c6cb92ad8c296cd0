#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/kernel/netlink.h"
#include "pulse/net/interface.h"

namespace pulse::kernel {

/// What has happened to this host's devices and addresses.
struct RouteChanges {
    std::vector<net::Link> links;              ///< that are new or changed, as they are now
    std::vector<net::Link> gone_links;         ///< that were removed
    std::vector<net::InterfaceAddress> added;  ///< or changed, or another's primary now
    std::vector<net::InterfaceAddress> removed;
    bool lost = false;  ///< more happened than is told here: look at everything
    bool more = false;  ///< more can be read at once

    [[nodiscard]] bool empty() const {
        return links.empty() && gone_links.empty() && added.empty() && removed.empty() && !lost;
    }
};

/// Hears of every change of devices and addresses (rtnetlink(7) notifications), whoever makes it.
class RouteWatch {
  public:
    /// Hears from now on; what was before is RouteClient's to tell. Of new addresses it hears only if told
    /// whose not to hear of, where the kernel knows who added one (its protocol): a takeover adds a thousand,
    /// and reading of them would take longer than adding them.
    [[nodiscard]] static Result<RouteWatch> open(std::optional<std::uint8_t> new_ones_except = {});

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
