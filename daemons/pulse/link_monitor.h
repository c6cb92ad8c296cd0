#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/failover/links.h"
#include "pulse/kernel/route.h"

#include "route_events.h"

namespace pulse::daemon {

/// Watches links for LinkWatch (`monitor_links`). The kernel tells of changes (rtnetlink), and only what
/// concerns a link that is watched is looked into.
class LinkMonitor {
  public:
    LinkMonitor(boost::asio::io_context& context, kernel::RouteClient route,
                std::function<void(failover::LinksChanged)> on_change)
        : context_(context), route_(std::move(route)), on_change_(std::move(on_change)), again_(context) {}

    /// Watches these from now on. Look next.
    void watch(const std::vector<failover::Path>& paths,
               const std::vector<failover::FloatingAddress>& floating, failover::LinkRule rule);

    /// Looks now, and reports what is other than what was reported before.
    void look();

    /// How many links count in who sees more.
    [[nodiscard]] std::uint16_t counted() const { return watch_.counted(); }

    /// Those that are lost, by name.
    [[nodiscard]] const std::vector<std::string>& down() const { return watch_.down(); }

  private:
    void look_again_soon();

    boost::asio::io_context& context_;
    kernel::RouteClient route_;
    std::function<void(failover::LinksChanged)> on_change_;
    std::optional<RouteEvents> news_;
    failover::LinkWatch watch_;
    boost::asio::steady_timer again_;
};

}  // namespace pulse::daemon
