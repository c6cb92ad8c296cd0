#pragma once

#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/failover/announcement.h"
#include "pulse/failover/cluster.h"

#include "address_frames.h"

namespace pulse::daemon {

/// Tells the neighbours where the floating addresses are now, as fast and as often as
/// `failover::next_step` says.
class Announcer {
  public:
    Announcer(boost::asio::io_context& context, AddressFrames frames)
        : timer_(context), frames_(std::move(frames)) {}

    /// Begins with the first addresses at once; rounds still going on from before are dropped.
    void start();

    /// From now on it is about other addresses, or at another pace.
    void want(std::vector<failover::FloatingAddress> addresses,
              const failover::AnnouncementSettings& settings);

    /// Ends the rounds: nothing is announced that is ours no longer.
    void cancel();

  private:
    void step();

    boost::asio::steady_timer timer_;
    AddressFrames frames_;
    std::vector<failover::FloatingAddress> addresses_;
    failover::AnnouncementSettings settings_;
    failover::Announcement at_;
    bool running_ = false;
};

}  // namespace pulse::daemon
