#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/base/result.h"
#include "pulse/base/time.h"
#include "pulse/config/config.h"
#include "pulse/net/ip_address.h"

namespace pulse::daemon {

/// Asks the nodes of `ping` and `ping_group` for an echo and reports how many answer. A node is taken to
/// answer until it has been silent for deadtime, and to be silent until it answers: one lost packet is
/// nothing.
class Reachability {
  public:
    Reachability(boost::asio::io_context& context, std::function<void(std::uint16_t count)> on_change)
        : context_(context), on_change_(std::move(on_change)), v4_(context), v6_(context), timer_(context) {}

    /// Asks these from now on.
    void watch(const config::Config& config);

    /// Nodes that do not answer, by address.
    [[nodiscard]] std::vector<std::string> silent() const;

  private:
    struct Node {
        net::IpAddress address;
        bool in_group = false;
        TimePoint heard_at{};
        bool up = true;
    };

    boost::asio::awaitable<void> ask(unsigned turn);
    boost::asio::awaitable<void> hear(bool v6);
    [[nodiscard]] Result<void> open(bool v6);
    void send(const Node& node);
    void heard(const net::IpAddress& from);
    void judge();

    boost::asio::io_context& context_;
    std::function<void(std::uint16_t count)> on_change_;
    boost::asio::posix::stream_descriptor v4_;
    boost::asio::posix::stream_descriptor v6_;
    boost::asio::steady_timer timer_;
    std::vector<Node> nodes_;
    Duration interval_{};
    Duration patience_{};
    unsigned turn_ = 0;  ///< of the loop that asks; an earlier one ends
    std::uint16_t sequence_ = 0;
    std::uint16_t identifier_ = 0;
};

}  // namespace pulse::daemon
