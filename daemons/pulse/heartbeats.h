#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "pulse/base/result.h"
#include "pulse/failover/cluster.h"
#include "pulse/heartbeat/classic.h"

namespace pulse::daemon {

/// The UDP side of heartbeats: one socket per path, bound to our own address of that path.
class Heartbeats {
  public:
    using OnHeard = std::function<void(heartbeat::Decoded)>;

    /// Binds every path. An address that cannot be bound is an error: a router that cannot be heard must not
    /// start.
    [[nodiscard]] static Result<Heartbeats> open(boost::asio::io_context& context,
                                                 const std::vector<failover::Path>& paths, net::Port port);

    /// Takes other paths, or another port, in place of what it has. On error it goes on as before.
    [[nodiscard]] Result<void> change(const std::vector<failover::Path>& paths, net::Port port);

    /// Starts hearing. A datagram counts only if it comes from one of the partner's addresses.
    void listen(OnHeard on_heard);

    /// Sends on every path, without waiting. A path that fails is logged when it begins to fail.
    void send(heartbeat::Word word);

  private:
    struct Line {
        failover::Path path;
        boost::asio::ip::udp::socket socket;
        boost::asio::ip::udp::endpoint partner;
        bool failing = false;
    };

    explicit Heartbeats(boost::asio::io_context& context) : context_(&context) {}
    [[nodiscard]] static Result<std::vector<std::shared_ptr<Line>>> bind(
        boost::asio::io_context& context, const std::vector<failover::Path>& paths, net::Port port);
    void hear_all();
    boost::asio::awaitable<void> hear(std::shared_ptr<Line> line);

    boost::asio::io_context* context_;
    std::vector<std::shared_ptr<Line>> lines_;
    std::vector<failover::Path> paths_;
    net::Port port_;
    OnHeard on_heard_;
};

}  // namespace pulse::daemon
