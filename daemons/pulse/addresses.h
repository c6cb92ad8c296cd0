#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pulse/base/time.h"
#include "pulse/failover/address_plan.h"
#include "pulse/kernel/route_watch.h"

#include "address_kernel.h"

namespace pulse::daemon {

/// The floating addresses on this router's devices. What the kernel has is compared with what should be, and
/// only what differs is written: a takeover, a handover, a reload, a crash and a stranger's edit are one
/// path, and what fails is looked at again, for addresses that must be down as for those that must be up.
///
/// Raising many is done a slice at a time, so that the loop, and heartbeats in it, turn in between; taking
/// them down is done at once, for nothing may be said before they are down. Has no clock and no timer:
/// whoever drives it calls `go_on` when it is due.
class Addresses {
  public:
    /// What came of a look at the kernel and the changes after it.
    struct Outcome {
        bool repaired = false;                           ///< some were taken away, and are up again
        std::vector<failover::AddressTrouble> appeared;  ///< that was not there before
        std::vector<failover::AddressTrouble> ended;
        bool record_changed = false;
    };
    using Listener = std::function<void(const Outcome&)>;

    /// `record`: what a pulse before this one has added, as it wrote down.
    Addresses(std::unique_ptr<AddressKernel> kernel, failover::AddressRecord record, Listener listener);

    /// From now on it is about other addresses. While they are to be up, those that are no longer wanted are
    /// down when this returns, and new ones wait for `raise`.
    void want(std::vector<failover::FloatingAddress> wanted, TimePoint now);

    /// They are to be up from now on; few are when this returns.
    void raise(TimePoint now);

    /// They are to be down from now on, and are when this returns unless the kernel refuses.
    void drop(TimePoint now);

    /// Something has happened to this host's devices or addresses.
    void see(const kernel::RouteChanges& changes, TimePoint now);

    /// Does some of what is due. Before the first `raise` or `drop` nothing is: what a pulse that died has
    /// left may be serving.
    void go_on(TimePoint now);

    /// When `go_on` is to be called again.
    [[nodiscard]] TimePoint due_at() const { return pass_ ? TimePoint{} : look_at_; }

    /// Whether nothing is left to be done that can be done now.
    [[nodiscard]] bool settled() const { return !pass_; }

    /// Those that the kernel has confirmed to be up, in the order of lvs.cf.
    [[nodiscard]] const std::vector<failover::FloatingAddress>& up() const { return up_; }

    /// What is not as it should be.
    [[nodiscard]] const std::vector<failover::AddressTrouble>& troubles() const { return troubles_; }

    [[nodiscard]] const std::vector<failover::FloatingAddress>& wanted() const { return wanted_; }

    /// What pulse has added and not removed.
    [[nodiscard]] const failover::AddressRecord& record() const { return record_; }

  private:
    enum class Wish { undecided, up, down };

    /// A look at the kernel and the changes that follow from it.
    struct Pass {
        failover::AddressView view;
        failover::AddressPlan plan;
        std::vector<net::InterfaceAddress> strangers;
        std::size_t done = 0;  ///< of the changes
        int looks = 0;
        bool repair = false;   ///< nobody here has asked for it
        bool repairs = false;  ///< addresses that were up had gone
        bool changed = false;
        std::vector<std::pair<net::AddressChange, Error>> failed;  ///< since the last look
        std::optional<Error> broken;  ///< the conversation with the kernel: what it has is not known
    };

    /// Somebody may be taking them down for ever: repairs keep a distance that grows.
    struct Pace {
        TimePoint earliest{};  ///< of the next look
        TimePoint rests_at{};  ///< the same, for work alone
        Duration distance{};
        void worked(TimePoint now);
        void looked(TimePoint now);
    };

    void wish(Wish wish);
    void begin(bool repair);
    void look();
    [[nodiscard]] Result<failover::AddressView> read();
    void change(std::size_t count);
    void advance(TimePoint now);
    [[nodiscard]] bool is_done() const;
    void conclude(TimePoint now);
    [[nodiscard]] std::vector<failover::AddressTrouble> troubles_of(const Pass& pass) const;
    [[nodiscard]] std::vector<failover::FloatingAddress> up_after(const Pass& pass) const;
    [[nodiscard]] bool concerns_us(const kernel::RouteChanges& changes) const;

    std::unique_ptr<AddressKernel> kernel_;
    failover::AddressRecord record_;
    failover::AddressRecord told_record_;  ///< as the listener last heard of it
    Listener listener_;
    std::vector<failover::FloatingAddress> wanted_;
    std::vector<failover::FloatingAddress> due_;    ///< of those: what may be up by now
    std::vector<failover::FloatingAddress> known_;  ///< all that were ever wanted: their labels are ours
    std::set<net::IpAddress> known_addresses_;
    std::set<std::string> wanted_devices_;
    std::set<int> device_indexes_;  ///< of those, at the last look
    Wish wish_ = Wish::undecided;
    std::optional<Pass> pass_;
    bool news_ = false;  ///< something happened since the last look
    std::vector<failover::FloatingAddress> up_;
    std::vector<failover::AddressTrouble> troubles_;
    TimePoint look_at_ = TimePoint::max();
    Pace pace_;
};

}  // namespace pulse::daemon
