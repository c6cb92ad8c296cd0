#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pulse/base/time.h"
#include "pulse/heartbeat/classic.h"

namespace pulse::failover {

/// Which of the two routers this is; decided by address, never changes.
enum class Identity { primary, backup };

/// standby: no addresses. starting: this router has claimed the role and waits for lvsd to program the table.
/// active: addresses are up.
enum class Role { standby, starting, active };

struct Settings {
    Identity identity = Identity::primary;
    bool partner = false;  ///< heartbeats are sent (`backup_active`); without a partner this router is alone
    bool force_active = false;  ///< become active at start without listening first
    bool keep_serving =
        false;  ///< when stopped without a partner, leave addresses and table (`hard_shutdown = 0`)
    Duration keepalive = std::chrono::seconds(2);
    Duration deadtime = std::chrono::seconds(5);

    Duration ready_limit = std::chrono::seconds(10);  ///< how long lvsd may take to program the table
    int crash_limit = 3;  ///< crashes of lvsd within crash_window that are repaired
    Duration crash_window = std::chrono::seconds(30);  ///< in place before the role is given away
    Duration crash_pause = std::chrono::seconds(1);    ///< before each restart but the first
    Duration child_failed_pause =
        std::chrono::seconds(30);  ///< how long a router that gave up lvsd stays out
};

struct State {
    Role role = Role::standby;
    bool stopping = false;
    bool link_failed = false;
    bool child_failed = false;
    bool unsettled = false;     ///< since start: addresses and table may be left from before a crash
    TimePoint heartbeat_at{};   ///< next one is due
    TimePoint dead_at{};        ///< the partner counts as dead when nothing is heard before
    TimePoint patient_until{};  ///< backup, after start: a standby primary is left to take the role itself
    std::optional<TimePoint> ready_by;        ///< lvsd was started and has not reported yet
    std::optional<TimePoint> restart_at;      ///< lvsd crashed and is to be started again
    std::optional<TimePoint> child_retry_at;  ///< child_failed ends
    int crashes = 0;                          ///< of lvsd since crash_window_ends - crash_window
    TimePoint crash_window_ends{};
    TimePoint conflict_quiet_until{};      ///< an active partner was answered with an announcement just now
    TimePoint incompatible_quiet_until{};  ///< an incompatible heartbeat was logged just now

    friend bool operator==(const State&, const State&) = default;
};

/// Events are what happened.
struct Started {};
/// A heartbeat came from the partner's address.
struct HeartbeatHeard {
    heartbeat::Decoded content;
};
/// The time the last Transition asked for has come.
struct Woken {};
/// lvsd has programmed the table.
struct LvsdReady {};
/// lvsd ended although nobody asked it to.
struct LvsdCrashed {
    int pid = 0;
    std::string how;  ///< "terminated with signal 9"
};
/// lvsd ended because it was asked to.
struct LvsdStopped {};
struct LinksChanged {
    bool up = true;
};
struct StopAsked {
    int signal = 0;
};
/// The settings are other ones from now on.
struct Reconfigured {};
using Event = std::variant<Started, HeartbeatHeard, Woken, LvsdReady, LvsdCrashed, LvsdStopped, LinksChanged,
                           StopAsked, Reconfigured>;

/// Actions are what is to be done, in order.
struct SendHeartbeat {
    heartbeat::Word word;
    friend bool operator==(const SendHeartbeat&, const SendHeartbeat&) = default;
};
struct StartLvsd {
    friend bool operator==(const StartLvsd&, const StartLvsd&) = default;
};
struct StopLvsd {
    bool leave_table = false;  ///< it ends without removing its services
    friend bool operator==(const StopLvsd&, const StopLvsd&) = default;
};
/// Remove what an lvsd that crashed has left in the table; ends with LvsdStopped.
struct ClearTable {
    friend bool operator==(const ClearTable&, const ClearTable&) = default;
};
struct RaiseAddresses {
    friend bool operator==(const RaiseAddresses&, const RaiseAddresses&) = default;
};
/// Take the floating addresses down and stop announcing them.
struct DropAddresses {
    friend bool operator==(const DropAddresses&, const DropAddresses&) = default;
};
/// Announce the floating addresses; starts over if that is going on.
struct Announce {
    friend bool operator==(const Announce&, const Announce&) = default;
};
struct RunActiveCommand {
    friend bool operator==(const RunActiveCommand&, const RunActiveCommand&) = default;
};
struct RunInactiveCommand {
    friend bool operator==(const RunInactiveCommand&, const RunInactiveCommand&) = default;
};
/// Synchronise connections: as the master sends, as the backup receives.
struct Synchronise {
    bool as_master = false;
    friend bool operator==(const Synchronise&, const Synchronise&) = default;
};
struct Log {
    std::string text;
    friend bool operator==(const Log&, const Log&) = default;
};
struct Exit {
    int status = 0;
    friend bool operator==(const Exit&, const Exit&) = default;
};
using Action = std::variant<SendHeartbeat, StartLvsd, StopLvsd, ClearTable, RaiseAddresses, DropAddresses,
                            Announce, RunActiveCommand, RunInactiveCommand, Synchronise, Log, Exit>;

struct Transition {
    State state;
    std::vector<Action> actions;
    TimePoint wake_at{};  ///< send Woken then, if nothing happens before
};

/// One step of the role machine: pure, no clock, no I/O. The rules are written down in docs/failover.md.
[[nodiscard]] Transition step(const State& state, const Event& event, TimePoint now,
                              const Settings& settings);

}  // namespace pulse::failover
