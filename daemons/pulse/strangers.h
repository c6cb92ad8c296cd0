#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/failover/announcement.h"
#include "pulse/failover/cluster.h"
#include "pulse/failover/strangers.h"
#include "pulse/kernel/claim_listener.h"

#include "address_frames.h"

namespace pulse::daemon {

/// Looks out for others that have our floating addresses: asks the neighbours when this router is about to
/// take the role, and listens as long as it has it. Whoever answers is an alarm and nothing else: an address
/// that is not raised is an outage for sure, one that is held twice only perhaps, and waiting for an answer
/// that does not come would delay every takeover.
class Strangers {
  public:
    /// `on_alarm`: the address, and the MAC that claims it.
    using OnAlarm = std::function<void(const net::Claim&)>;

    /// `devices` are this host's; `catch_up` has them as they are at the moment it returns.
    Strangers(boost::asio::io_context& context, const Devices& devices, AddressFrames frames,
              kernel::ClaimListener listener, std::function<void()> catch_up, OnAlarm on_alarm);

    void start();

    /// From now on it is about other addresses.
    void want(std::vector<failover::FloatingAddress> addresses);

    /// This router is about to take the addresses: asks who has them, at the pace of an announcement, and
    /// minds from now on.
    void probe();

    /// This router has the role no longer: somebody else may have the addresses.
    void rest();

  private:
    void ask_some();
    boost::asio::awaitable<void> listen(boost::asio::posix::stream_descriptor& readable);
    void judge(const kernel::ClaimListener::Heard& heard);

    boost::asio::io_context& context_;
    const Devices& devices_;
    AddressFrames frames_;
    kernel::ClaimListener listener_;
    std::function<void()> catch_up_;
    OnAlarm on_alarm_;
    boost::asio::posix::stream_descriptor arp_readable_;  ///< duplicates of the listener's own
    boost::asio::posix::stream_descriptor ipv6_readable_;
    boost::asio::steady_timer timer_;
    std::vector<failover::FloatingAddress> addresses_;
    std::set<net::IpAddress> ours_;
    failover::Announcement asked_;
    failover::StrangerAlarms alarms_;
    bool minding_ = false;
};

}  // namespace pulse::daemon
