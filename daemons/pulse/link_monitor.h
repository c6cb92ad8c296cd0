#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "pulse/base/time.h"
#include "pulse/failover/cluster.h"
#include "pulse/kernel/route.h"

namespace pulse::daemon {

/// Watches the devices that carry this router's own addresses (`monitor_links`).
class LinkMonitor {
  public:
    LinkMonitor(boost::asio::io_context& context, kernel::RouteClient route,
                std::function<void(bool up)> on_change)
        : context_(context), route_(std::move(route)), on_change_(std::move(on_change)) {}

    /// Watches these paths from now on; with none, every link counts as up.
    void watch(std::vector<failover::Path> paths, Duration interval);

  private:
    boost::asio::awaitable<void> run();
    /// Looks once; true if every device has its link. An address on no device counts as up, as in the
    /// original.
    bool look();

    boost::asio::io_context& context_;
    kernel::RouteClient route_;
    std::vector<failover::Path> paths_;
    Duration interval_{};
    bool running_ = false;
    std::function<void(bool up)> on_change_;
    std::map<std::string, bool> down_;  ///< by name of the path
};

}  // namespace pulse::daemon
