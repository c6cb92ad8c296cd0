#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/config/config.h"

#include "addresses.h"
#include "announcer.h"
#include "devices.h"
#include "route_events.h"
#include "strangers.h"

namespace pulse::daemon {

/// Everything the role has to do with floating addresses: they are up and announced while this router has it,
/// and down otherwise. Announced is what the kernel has confirmed to be up.
class Floating {
  public:
    /// What this needs from the kernel.
    struct Resources {
        kernel::RouteClient links;
        std::unique_ptr<AddressKernel> addresses;
        kernel::RouteWatch watch;
        std::unique_ptr<FrameSender> announcements;
        std::unique_ptr<FrameSender> probes;
        kernel::ClaimListener claims;
        failover::AddressRecord record;  ///< what a pulse before this one has added
    };
    /// The record is not read here.
    [[nodiscard]] static Result<Resources> open();

    /// What the operator may want to hear of.
    struct Listener {
        std::function<void()> repaired;  ///< somebody took addresses down; they are up again
        std::function<void(const std::vector<failover::AddressTrouble>&)> trouble;  ///< that is new
        Strangers::OnAlarm conflict;                                 ///< somebody else claims one
        std::function<void(const failover::AddressRecord&)> record;  ///< to be kept for the next pulse
    };

    Floating(boost::asio::io_context& context, const config::Config& config, Resources resources,
             Listener listener);

    void start();

    /// The role is about to be taken: looks out for strangers that have the addresses.
    void probe() { strangers_.probe(); }

    /// Brings up what is not up; a few at once, many while the loop turns.
    void raise();

    /// Tells the neighbours, as soon as all that can be raised is; starts over if that is going on.
    void announce();

    /// Logs "now ROLE: floating addresses are up" as soon as it is known how many are.
    void say_when_up(std::string role);

    /// Takes all down at once and is silent.
    void drop();

    /// Another lvs.cf. While the addresses are up, those that it does not have are down when this returns,
    /// and those that are new wait for `raise`.
    void change(const config::Config& config);

    [[nodiscard]] const Addresses& addresses() const { return addresses_; }
    [[nodiscard]] std::vector<std::string> stuck_devices() const { return announcer_.stuck_devices(); }

  private:
    void see(const kernel::RouteChanges& changes);
    void hear(const Addresses::Outcome& outcome);
    void list_devices(TimePoint now);
    void tell_of(const std::vector<std::string>& moved);
    void settle(TimePoint now);
    void go_on();
    void set_alarm();

    Devices devices_;
    kernel::RouteClient links_;
    Addresses addresses_;
    Announcer announcer_;
    Strangers strangers_;
    RouteEvents events_;
    Listener listener_;
    boost::asio::steady_timer alarm_;
    failover::AnnouncementSettings pace_;
    TimePoint list_at_ = TimePoint::max();  ///< when the devices are to be listed again
    bool held_ = false;
    bool to_announce_ = false;  ///< once they are up
    std::string to_say_;        ///< the role, once they are up
};

}  // namespace pulse::daemon
