#pragma once

#include <string>
#include <vector>

#include "pulse/failover/announcement.h"
#include "pulse/failover/cluster.h"

#include "address_frames.h"

namespace pulse::daemon {

/// Tells the neighbours where the floating addresses are now, as fast and as often as
/// `failover::next_step` says: on each device for itself, so that one that takes no frames holds up nobody
/// else. Has no clock and no timer: whoever drives it calls `go_on` when it is due.
class Announcer {
  public:
    explicit Announcer(AddressFrames frames) : frames_(std::move(frames)) {}

    /// Begins with the first addresses; rounds still going on from before are dropped.
    void start(TimePoint now);

    /// From now on it is about other addresses, or at another pace; begins anew if it is about others.
    void want(const std::vector<failover::FloatingAddress>& addresses,
              const failover::AnnouncementSettings& settings, TimePoint now);

    /// Ends the rounds: nothing is announced that is ours no longer.
    void cancel() { running_ = false; }

    /// Sends some of what is due.
    void go_on(TimePoint now);

    /// When `go_on` is to be called again.
    [[nodiscard]] TimePoint due_at() const;

    /// Devices that take no frames.
    [[nodiscard]] std::vector<std::string> stuck_devices() const;

  private:
    /// The addresses of one device.
    struct Lane {
        std::string device;
        std::vector<failover::FloatingAddress> addresses;
        failover::Announcement at;
        TimePoint due{};  ///< the greatest time: nothing comes any more
        failover::QueuePatience patience;
        bool finished = false;  ///< all that `repeat` asks for is sent
    };

    void step(Lane& lane, TimePoint now);
    void say_when_finished();

    AddressFrames frames_;
    std::vector<failover::FloatingAddress> addresses_;
    failover::AnnouncementSettings settings_;
    std::vector<Lane> lanes_;
    bool running_ = false;
    bool said_finished_ = false;
};

}  // namespace pulse::daemon
