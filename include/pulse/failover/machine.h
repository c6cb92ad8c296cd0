#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pulse/base/time.h"
#include "pulse/heartbeat/classic.h"
#include "pulse/heartbeat/report.h"

namespace pulse::failover {

using heartbeat::Identity;

/// standby: no addresses. starting: this router has claimed the role and waits for lvsd to program the table.
/// active: addresses are up.
enum class Role { standby, starting, active };

/// What a lost link means (`monitor_links`).
enum class LinkRule {
    ignored,    ///< nothing
    automatic,  ///< of a vital one: a partner that can have the role gets it
    strict,     ///< of a vital one: the role is given up; the others count in who sees more
};

struct Settings {
    Identity identity = Identity::primary;
    bool partner = false;  ///< heartbeats are sent (`backup_active`); without a partner this router is alone
    bool details = false;  ///< heartbeats are of format 2, which says more than the classic one
    bool force_active = false;  ///< become active at start without listening first
    bool keep_serving =
        false;          ///< when stopped without a partner, leave addresses and table (`hard_shutdown = 0`)
    bool warm = false;  ///< lvsd runs on standby too (`standby = warm`)
    bool auto_failback = false;  ///< the primary takes the role back when it is well
    bool synchronised = false;   ///< connections are copied to the partner (`syncdaemon`)
    Duration keepalive = std::chrono::seconds(2);
    Duration deadtime = std::chrono::seconds(5);
    Duration warntime{0};            ///< silence that is worth a line in the log; 0: none
    Duration initdead{0};            ///< after start, patience with the partner where longer than deadtime
    Duration failback_delay{0};      ///< how long the primary must be well before it takes the role back
    std::vector<std::string> paths;  ///< the names of the ways heartbeats travel
    LinkRule link_rule = LinkRule::strict;
    std::uint16_t links = 0;      ///< devices that are watched and count
    bool prefer_servers = false;  ///< the router that reaches clearly more real servers should be active
    std::uint16_t pings = 0;      ///< nodes that are pinged
    std::int64_t config_serial = 0;
    heartbeat::Digest config_digest{};

    Duration ready_limit = std::chrono::seconds(10);  ///< how long lvsd may take to program the table
    Duration handover_limit =
        std::chrono::seconds(5);  ///< how long a router that stops waits for its partner
    Duration catch_up_limit = std::chrono::minutes(1);  ///< how long failback waits for connections
    int crash_limit = 3;                                ///< crashes of lvsd within crash_window that are
    Duration crash_window = std::chrono::seconds(30);   ///< repaired in place before the role is given away
    Duration crash_pause = std::chrono::seconds(1);     ///< before each restart but the first
    Duration child_failed_pause =
        std::chrono::seconds(30);  ///< how long a router that gave up lvsd stays out
};

/// lvsd as the machine knows it. waiting: it crashed and is to be started again.
enum class Lvsd { stopped, starting, ready, waiting };

/// Why a role is given away to a partner that gets ready first.
enum class Reason { stop, order, trouble };

struct Handover {
    Reason why = Reason::stop;
    TimePoint until{};
    friend bool operator==(const Handover&, const Handover&) = default;
};

/// One way heartbeats travel.
struct PathState {
    TimePoint heard_at{};  ///< or when listening began
    bool silent = false;   ///< nothing for deadtime, although the partner lives; the alarm is out
    friend bool operator==(const PathState&, const PathState&) = default;
};

/// Heartbeats that are logged when they come, and then at most once a minute: each kind for itself.
enum class Recurring { too_short, incompatible, stop_me, same_identity };
inline constexpr std::size_t recurring_count = 4;

struct State {
    Role role = Role::standby;
    bool running = false;  ///< Started has happened, Exit has not
    bool stopping = false;
    bool unsettled = false;  ///< since start: addresses and table may be left from before a crash

    // What keeps this router out of the role, or speaks against it.
    bool link_down = false;                   ///< a device that the service needs has no link
    std::optional<TimePoint> link_back_at;    ///< it has, and counts again from then on
    bool child_failed = false;                ///< lvsd kept failing
    std::optional<TimePoint> child_retry_at;  ///< child_failed ends
    TimePoint out_until{};                    ///< the role was given away: it is not taken back at once
    std::optional<std::uint16_t> links_up;    ///< unknown: all
    std::optional<std::uint16_t> pings_up;
    std::optional<std::uint16_t> served;  ///< as in heartbeat::Report
    std::uint64_t connections = 0;

    // Timers.
    TimePoint heartbeat_at{};   ///< next one is due
    TimePoint dead_at{};        ///< the partner counts as dead when nothing is heard before
    TimePoint patient_until{};  ///< backup, after start: a standby primary is left to take the role itself
    std::optional<TimePoint> checking_until;  ///< this process was away: it finds out what has become of
                                              ///< the role before it acts
    // The partner.
    bool partner_alive = false;
    bool partner_claims = false;              ///< it has the role or is taking it
    bool late = false;                        ///< its heartbeat is overdue by warntime; logged
    TimePoint heard_at{};                     ///< something that counts
    std::optional<heartbeat::Report> report;  ///< its latest of format 2
    std::optional<TimePoint> standby_since;   ///< both are standby
    std::optional<TimePoint> conflict_since;  ///< both claim the role
    std::optional<TimePoint> differs_since;   ///< its lvs.cf is another one
    bool difference_logged = false;
    bool announce_again = false;  ///< once the partner is standby: it held, or may have held, the addresses
    std::vector<PathState> paths;

    // The role.
    TimePoint claimed_at{};
    bool claimed_on_word = false;      ///< because the partner said that it does not have it
    std::optional<Handover> handover;  ///< away from this router
    std::optional<TimePoint> wanting;  ///< the role is asked for until then
    bool failback_held = false;        ///< an operator moved the role: there is no failback until it is back
    std::optional<TimePoint> well_since;   ///< for failback
    std::optional<TimePoint> worse_since;  ///< the partner would be the better one
    bool trouble_spent = false;  ///< giving the role away because of trouble did not help: it is kept now
    TimePoint offer_after{};     ///< an offer came to nothing: trouble is no reason for another before
    int troubles = 0;            ///< roles given away because of trouble, of late
    TimePoint trouble_at{};      ///< the latest

    // lvsd.
    Lvsd lvsd = Lvsd::stopped;
    bool lvsd_ending = false;             ///< LvsdStopped will come
    std::optional<TimePoint> ready_by;    ///< lvsd was started and has not reported yet
    std::optional<TimePoint> restart_at;  ///< lvsd crashed and is to be started again
    int crashes = 0;                      ///< of lvsd since crash_window_ends - crash_window
    TimePoint crash_window_ends{};

    TimePoint conflict_quiet_until{};  ///< an active partner was answered with an announcement just now
    std::array<TimePoint, recurring_count> recurring_quiet_until{};  ///< that was logged just now
    TimePoint answer_quiet_until{};  ///< an unproven epoch was answered just now

    friend bool operator==(const State&, const State&) = default;
};

/// Events are what happened.
struct Started {
    bool serving = false;  ///< a pulse that died had the role: floating addresses that it added are still up
};
/// A genuine message of format 2 that says nothing yet, for it may be a recording; an answer will show.
struct Unproven {};
/// A genuine message of format 2 that another path brought before.
struct Copy {};
using Content =
    std::variant<heartbeat::Word, heartbeat::TooShort, heartbeat::Unknown, heartbeat::Report, Unproven, Copy>;
/// A heartbeat came from the partner's address, in the format this router speaks.
struct HeartbeatHeard {
    Content content;
    std::size_t path = 0;  ///< which of Settings::paths
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
/// up: every device that the service needs has its link. count: watched devices with link.
struct LinksChanged {
    bool up = true;
    std::optional<std::uint16_t> count;
};
/// lvsd tells how many of the real servers it finds up, as in heartbeat::Report.
struct ServersChanged {
    std::optional<std::uint16_t> served;
};
/// So many of the nodes that are pinged answer.
struct PingsChanged {
    std::uint16_t count = 0;
};
/// So many entries has the connection table.
struct ConnectionsCounted {
    std::uint64_t count = 0;
};
/// This process, or the whole machine, did not run for so long although its clock says otherwise.
struct Suspended {
    Duration away{};
};
/// An operator wants the other router to have the role.
struct FailoverAsked {};
struct StopAsked {
    int signal = 0;
};
/// The settings are other ones from now on.
struct Reconfigured {};
using Event = std::variant<Started, HeartbeatHeard, Woken, LvsdReady, LvsdCrashed, LvsdStopped, LinksChanged,
                           PingsChanged, ServersChanged, ConnectionsCounted, Suspended, FailoverAsked,
                           StopAsked, Reconfigured>;

/// Actions are what is to be done, in order.
/// On every path, in the format this router speaks.
struct SendHeartbeat {
    heartbeat::Report report;
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
    bool warning = false;
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

/// What a router in this state says of itself.
[[nodiscard]] heartbeat::Report report_of(const State& state, TimePoint now, const Settings& settings);

/// Whether a router that has `one` of its servers up serves clearly more than one that has `other`, both in
/// permille: twice as much and a quarter of all, or something where the other has nothing. Who does not know
/// has no say. Both ways at once it cannot be.
[[nodiscard]] bool serves_clearly_more(std::optional<std::uint16_t> one, std::optional<std::uint16_t> other);

/// Which of two should rather have the role, by what they reach: greater, the one that says `one`.
[[nodiscard]] std::strong_ordering compare(const heartbeat::Report& one, const heartbeat::Report& other,
                                           bool prefer_servers);

/// Why an order to move the role cannot be followed; nullopt if it can.
[[nodiscard]] std::optional<std::string> refuses_failover(const State& state, const Settings& settings);

/// What keeps the primary from taking the role back, for people; empty if nothing does or it is not to.
[[nodiscard]] std::string failback_waits_for(const State& state, TimePoint now, const Settings& settings);

/// One step of the role machine: pure, no clock, no I/O. The rules are written down in docs/failover.md.
[[nodiscard]] Transition step(const State& state, const Event& event, TimePoint now,
                              const Settings& settings);

}  // namespace pulse::failover
