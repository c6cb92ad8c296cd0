#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "pulse/failover/cluster.h"
#include "pulse/failover/machine.h"
#include "pulse/kernel/route.h"

#include "route_events.h"

namespace pulse::daemon {

/// Watches the devices that carry this router's own addresses and the floating ones (`monitor_links`). The
/// kernel tells of changes (rtnetlink); nothing is polled.
class LinkMonitor {
  public:
    LinkMonitor(boost::asio::io_context& context, kernel::RouteClient route,
                std::function<void(failover::LinksChanged)> on_change)
        : context_(context), route_(std::move(route)), on_change_(std::move(on_change)) {}

    /// Watches these from now on; with none, every link counts as up. Look next.
    void watch(const std::vector<failover::Path>& paths,
               const std::vector<failover::FloatingAddress>& floating);

    /// Looks now, and reports what is other than what was reported before.
    void look();

    /// How many links are watched: one for each path and each device of floating addresses.
    [[nodiscard]] std::uint16_t watched() const { return static_cast<std::uint16_t>(places_.size()); }

    /// Those without link, by name.
    [[nodiscard]] const std::vector<std::string>& down() const { return down_; }

  private:
    /// A device, known by its name or by an address on it. The service needs a vital one.
    struct Place {
        std::string name;
        std::optional<net::IpAddress> address;
        std::string device;
        bool vital = false;
    };

    /// A device or address that is not there counts as up, as in the original.
    [[nodiscard]] static bool is_down(const Place& place, const std::vector<kernel::Link>& links,
                                      const std::vector<kernel::InterfaceAddress>& addresses);

    boost::asio::io_context& context_;
    kernel::RouteClient route_;
    std::function<void(failover::LinksChanged)> on_change_;
    std::optional<RouteEvents> news_;
    std::vector<Place> places_;
    std::vector<std::string> down_;
    std::optional<std::pair<bool, std::uint16_t>> reported_;
};

}  // namespace pulse::daemon
