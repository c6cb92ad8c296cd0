#pragma once

#include <functional>
#include <memory>
#include <set>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "pulse/base/time.h"
#include "pulse/failover/address_plan.h"
#include "pulse/kernel/route.h"
#include "pulse/kernel/route_watch.h"

namespace pulse::daemon {

/// The floating addresses on this router's devices. What the kernel has is compared with what is wanted, and
/// only what differs is written: a takeover, a reload, a crash and a stranger's edit are one path.
///
/// Raising many is done a slice at a time, so that the loop, and heartbeats in it, turn in between; taking
/// them down is done at once, for nothing may be said before they are down.
class Addresses {
  public:
    /// `on_repaired`: some were missing although nobody here took them down, and are up again.
    Addresses(boost::asio::io_context& context, kernel::RouteClient route, std::function<void()> on_repaired);

    /// Begins to bring up what is not up, and keeps it up from now on. What fails is logged; the others come
    /// up all the same.
    void raise();

    /// Calls `then` once all that can be raised is; at once if nothing is under way. Forgotten by `drop`.
    void when_raised(std::function<void()> then);

    /// Takes down what is up.
    void drop();

    /// Takes down what is up of these.
    void drop(const std::vector<failover::FloatingAddress>& unwanted);

    /// From now on it is about other addresses.
    void want(std::vector<failover::FloatingAddress> wanted);

    /// Something has happened to this host's devices or addresses; what is missing is raised again.
    void see(const kernel::RouteChanges& changes);

    [[nodiscard]] const std::vector<failover::FloatingAddress>& wanted() const { return wanted_; }

  private:
    /// One raising; whoever holds the pointer no longer is too late.
    struct Job {
        std::vector<net::AddressChange> changes;
        std::size_t done = 0;
        int looks = 0;
        bool repair = false;    ///< they were up before
        bool missed = false;    ///< something was to be done at all
        bool doubtful = false;  ///< a change failed, or may have taken more along: look again
    };

    void begin(bool repair);
    [[nodiscard]] Result<void> dump();
    void look(Job& job);
    void change_some(Job& job);
    [[nodiscard]] static bool is_done(const Job& job);
    boost::asio::awaitable<void> go_on(std::weak_ptr<Job> weak);
    boost::asio::awaitable<void> repair_later(TimePoint when);
    void finish();
    [[nodiscard]] bool concerns_us(const kernel::RouteChanges& changes) const;

    boost::asio::io_context& context_;
    kernel::RouteClient route_;
    std::vector<net::Link> links_;                ///< at the last dump
    std::vector<net::InterfaceAddress> present_;  ///< at the last dump
    std::vector<failover::FloatingAddress> wanted_;
    std::set<net::IpAddress> wanted_addresses_;
    std::set<std::string> wanted_devices_;
    std::function<void()> on_repaired_;
    std::function<void()> when_raised_;
    std::shared_ptr<Job> job_;  ///< null while nothing is being raised
    bool held_ = false;         ///< they are to be up
    bool repair_waits_ = false;
    TimePoint next_repair_{};  ///< not before: somebody may be taking them down for ever
    Duration repair_pause_{};
};

}  // namespace pulse::daemon
