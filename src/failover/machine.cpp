#include "pulse/failover/machine.h"

#include <algorithm>

#include <fmt/format.h>

#include "pulse/base/match.h"

namespace pulse::failover {

namespace {

using heartbeat::Word;

/// One step in the making: a state to change and actions to collect.
class Step {
  public:
    Step(const State& state, TimePoint now, const Settings& settings)
        : s_(state), now_(now), settings_(settings) {}

    void on(const Started&) {
        log(primary() ? "STARTING PULSE AS MASTER" : "STARTING PULSE AS BACKUP");
        if (!primary() && !settings_.partner) {
            log("We are backup node and backup is marked inactive -- exiting pulse");
            s_.stopping = true;
            act(Exit{1});
            return;
        }
        s_.unsettled = true;
        s_.heartbeat_at = now_ + settings_.keepalive;
        s_.dead_at = now_ + settings_.deadtime;
        if (!primary()) s_.patient_until = s_.dead_at;
        act(RunInactiveCommand{});
        act(Synchronise{.as_master = false});
        if (settings_.force_active)
            activate("Forced active on startup: activating lvs");
        else if (alone())
            activate("no partner: activating lvs");
    }

    void on(const HeartbeatHeard& event) {
        match(
            event.content, [&](Word word) { heard(word); },
            [&](heartbeat::TooShort) { log_sometimes("bad heartbeat packet"); },
            [&](heartbeat::Unknown) { incompatible(); });
    }

    void on(const Woken&) {
        if (settings_.partner && now_ >= s_.heartbeat_at) {
            act(SendHeartbeat{s_.role == Role::standby ? Word::lvs_stopped : Word::lvs_running});
            s_.heartbeat_at = std::max(s_.heartbeat_at + settings_.keepalive, now_ + settings_.keepalive / 2);
        }
        if (s_.child_retry_at && now_ >= *s_.child_retry_at) {
            s_.child_failed = false;
            s_.child_retry_at.reset();
        }
        if (settings_.partner && now_ >= s_.dead_at) {
            s_.dead_at = now_ + settings_.deadtime;
            if (may_activate()) activate("partner dead: activating lvs");
        }
        if (alone() && may_activate()) activate("no partner: activating lvs");
        if (s_.ready_by && now_ >= *s_.ready_by) {
            log("lvsd has not set up its services in time");
            s_.ready_by.reset();
            give_up_lvsd();
        }
        if (s_.restart_at && now_ >= *s_.restart_at) start_lvsd();
    }

    void on(const LvsdReady&) {
        s_.ready_by.reset();
        if (s_.role != Role::starting) return;
        s_.role = Role::active;
        s_.unsettled = false;
        act(Synchronise{.as_master = true});
        act(RaiseAddresses{});
        act(Announce{});
    }

    void on(const LvsdCrashed& event) {
        log(fmt::format("Child process {} {}", event.pid, event.how));
        if (s_.stopping) act(Exit{0});
        if (s_.stopping || s_.role == Role::standby) return;
        if (now_ >= s_.crash_window_ends) {
            s_.crashes = 0;
            s_.crash_window_ends = now_ + settings_.crash_window;
        }
        ++s_.crashes;
        s_.ready_by.reset();
        if (s_.crashes > settings_.crash_limit && settings_.partner) {
            log("lvsd keeps failing: deactivating LVS");
            give_up_lvsd();
        } else if (s_.crashes == 1) {
            start_lvsd();
        } else {
            s_.restart_at = now_ + settings_.crash_pause;
        }
    }

    void on(const LvsdStopped&) {
        if (s_.stopping) act(Exit{0});
    }

    void on(const LinksChanged& event) {
        if (event.up != s_.link_failed) return;
        s_.link_failed = !event.up;
        log(event.up ? "Local NIC link(s) restored: Pulse enabled"
                     : "Local NIC link failure: Pulse disabled");
        if (!event.up && s_.role != Role::standby) {
            log("local link failure: deactivating LVS");
            deactivate();
        }
        if (event.up && alone() && may_activate()) activate("no partner: activating lvs");
    }

    void on(const StopAsked& event) {
        if (s_.stopping) return;
        log(fmt::format("Terminating due to signal {}", event.signal));
        s_.stopping = true;
        const bool lvsd_runs = s_.unsettled || (s_.role != Role::standby && !s_.restart_at);
        if (s_.role == Role::active && alone() && settings_.keep_serving) {
            log("addresses and table stay: hard_shutdown = 0");
            if (lvsd_runs) act(StopLvsd{.leave_table = true});
        } else if (s_.role != Role::standby) {
            deactivate();
        } else {
            settle();
            act(RunInactiveCommand{});
        }
        if (!lvsd_runs) act(Exit{0});
    }

    /// New timers count from now, and the partner, who may have been told of them later, gets a whole
    /// deadtime.
    void on(const Reconfigured&) {
        s_.heartbeat_at = now_ + settings_.keepalive;
        s_.dead_at = now_ + settings_.deadtime;
        if (alone() && may_activate()) activate("no partner: activating lvs");
    }

    Transition finish() && {
        TimePoint wake =
            settings_.partner ? std::min(s_.heartbeat_at, s_.dead_at) : now_ + std::chrono::hours(1);
        for (const auto& time : {s_.ready_by, s_.restart_at, s_.child_retry_at})
            if (time) wake = std::min(wake, *time);
        return {.state = s_, .actions = std::move(actions_), .wake_at = wake};
    }

  private:
    bool primary() const { return settings_.identity == Identity::primary; }
    bool alone() const { return !settings_.partner; }
    bool may_activate() const {
        return s_.role == Role::standby && !s_.stopping && !s_.link_failed && !s_.child_failed;
    }

    void act(Action action) { actions_.push_back(std::move(action)); }
    void log(std::string text) { act(Log{std::move(text)}); }

    /// For what a peer can repeat at will: the first is logged, then one a minute.
    void log_sometimes(std::string text) {
        if (now_ < s_.incompatible_quiet_until) return;
        s_.incompatible_quiet_until = now_ + std::chrono::minutes(1);
        log(std::move(text));
    }

    void incompatible() {
        log_sometimes("Incompatible heartbeat received -- other system not using identical services");
    }

    void heard(Word word) {
        switch (word) {
            case Word::lvs_running:
                heard_running();
                break;
            case Word::lvs_stopped:
                heard_stopped();
                break;
            case Word::fos_running:
            case Word::fos_stopped:
                incompatible();
                break;
            case Word::stop_me:
                // In lvs mode the original kills its own lvsd here; one forged packet is enough for that.
                alive();
                log_sometimes("stop-me heartbeat ignored: it has no meaning for lvs");
                break;
            case Word::hold:
            case Word::held:
                alive();
                break;
        }
    }

    void alive() { s_.dead_at = now_ + settings_.deadtime; }

    void heard_running() {
        alive();
        s_.child_failed = false;
        s_.child_retry_at.reset();
        if (s_.stopping) return;
        if (s_.role == Role::standby) {
            settle();
            return;
        }
        if (!primary()) {
            log("partner active: deactivating LVS");
            // The primary answers an active partner by announcing its addresses again.
            act(SendHeartbeat{Word::lvs_running});
            deactivate();
            return;
        }
        if (s_.role == Role::starting || now_ < s_.conflict_quiet_until) return;
        s_.conflict_quiet_until = now_ + settings_.keepalive;
        log("partner active: resending arps");
        act(RunActiveCommand{});
        act(RaiseAddresses{});
        act(Announce{});
    }

    void heard_stopped() {
        alive();
        // Both routers booted together: without patience the role would fall to whoever speaks last.
        if (may_activate() && now_ >= s_.patient_until)
            activate(primary() ? "backup inactive: activating lvs" : "primary inactive: activating lvs");
    }

    /// A pulse that crashed while active has left addresses and table serving; now somebody else does.
    void settle() {
        if (!s_.unsettled) return;
        s_.unsettled = false;
        act(DropAddresses{});
        act(ClearTable{});
    }

    void activate(std::string why) {
        log(std::move(why));
        s_.role = Role::starting;
        s_.crashes = 0;
        s_.crash_window_ends = {};
        if (settings_.partner) act(SendHeartbeat{Word::lvs_running});
        act(RunActiveCommand{});
        start_lvsd();
    }

    void start_lvsd() {
        s_.restart_at.reset();
        s_.ready_by = now_ + settings_.ready_limit;
        act(StartLvsd{});
    }

    void deactivate() {
        const bool lvsd_runs = !s_.restart_at;
        s_.role = Role::standby;
        s_.unsettled = false;
        s_.ready_by.reset();
        s_.restart_at.reset();
        s_.dead_at = now_ + settings_.deadtime;
        act(DropAddresses{});
        // Said only now: whoever hears it may raise the addresses at once.
        if (settings_.partner) act(SendHeartbeat{Word::lvs_stopped});
        if (lvsd_runs) act(StopLvsd{});
        act(RunInactiveCommand{});
        act(Synchronise{.as_master = false});
    }

    void give_up_lvsd() {
        s_.child_failed = true;
        s_.child_retry_at = now_ + settings_.child_failed_pause;
        deactivate();
    }

    State s_;
    TimePoint now_;
    const Settings& settings_;
    std::vector<Action> actions_;
};

}  // namespace

Transition step(const State& state, const Event& event, TimePoint now, const Settings& settings) {
    Step next(state, now, settings);
    std::visit([&](const auto& happened) { next.on(happened); }, event);
    return std::move(next).finish();
}

}  // namespace pulse::failover
