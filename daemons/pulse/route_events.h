#pragma once

#include <functional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "pulse/base/result.h"
#include "pulse/kernel/route_watch.h"

namespace pulse::daemon {

/// Tells of every change of this host's devices and addresses as it happens.
class RouteEvents {
  public:
    using OnChange = std::function<void(const kernel::RouteChanges&)>;

    RouteEvents(boost::asio::io_context& context, kernel::RouteWatch watch);

    void start(OnChange on_change);

    /// Tells of all that has happened by now.
    void catch_up();

  private:
    boost::asio::awaitable<void> run();
    [[nodiscard]] bool read_some();

    boost::asio::io_context& context_;
    kernel::RouteWatch watch_;
    boost::asio::posix::stream_descriptor readable_;  ///< a duplicate of the watch's own
    OnChange on_change_;
};

}  // namespace pulse::daemon
