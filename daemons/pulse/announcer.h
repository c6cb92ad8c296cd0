#pragma once

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "pulse/failover/cluster.h"
#include "pulse/kernel/packet_sender.h"
#include "pulse/kernel/route.h"

namespace pulse::daemon {

/// Tells the neighbours where the floating addresses are now: five rounds a second apart, as the original
/// does, each in the request and the reply form.
class Announcer {
  public:
    Announcer(boost::asio::io_context& context, kernel::RouteClient route, kernel::PacketSender sender,
              std::vector<failover::FloatingAddress> addresses)
        : context_(context),
          route_(std::move(route)),
          sender_(std::move(sender)),
          addresses_(std::move(addresses)) {}

    /// Begins with the first round at once; rounds still going on from before are dropped.
    void start();

    /// From now on it is about other addresses.
    void want(std::vector<failover::FloatingAddress> addresses) { addresses_ = std::move(addresses); }

    /// Ends the rounds: nothing is announced that is ours no longer.
    void cancel() { current_.reset(); }

  private:
    struct Job {};

    boost::asio::awaitable<void> run(std::weak_ptr<Job> job);
    void announce_all();

    boost::asio::io_context& context_;
    kernel::RouteClient route_;
    kernel::PacketSender sender_;
    std::vector<failover::FloatingAddress> addresses_;
    std::shared_ptr<Job> current_;
};

}  // namespace pulse::daemon
