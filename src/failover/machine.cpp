#include "pulse/failover/machine.h"

#include <fmt/format.h>

#include "pulse/base/match.h"

#include "step.h"

namespace pulse::failover {

namespace {

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

void Step::log_sometimes(Recurring what, std::string text) {
    auto& quiet_until = s_.recurring_quiet_until.at(static_cast<std::size_t>(what));
    if (now_ < quiet_until) return;
    quiet_until = now_ + std::chrono::minutes(1);
    log(std::move(text), true);
}

void Step::say() {
    if (alone()) return;
    // The classic format cannot say that this router is in doubt; "running" would be believed.
    if (s_.checking_until && claims() && !settings_.details) return;
    act(SendHeartbeat{report_of(s_, now_, settings_)});
}

void Step::on(const Started& event) {
    log(primary() ? "STARTING PULSE AS MASTER" : "STARTING PULSE AS BACKUP");
    if (!primary() && alone()) {
        log("We are backup node and backup is marked inactive -- exiting pulse");
        s_.stopping = true;
        act(Exit{78});  // EX_CONFIG: starting again would not help
        return;
    }
    s_.running = true;
    s_.unsettled = true;
    s_.heartbeat_at = now_ + settings_.keepalive;
    s_.dead_at = now_ + std::max(settings_.deadtime, settings_.initdead);
    s_.heard_at = now_;
    s_.paths.assign(settings_.paths.size(), {.heard_at = now_});
    if (!primary()) s_.patient_until = s_.dead_at;
    if (event.serving && settings_.details && !alone() && !settings_.force_active) return resume();
    act(RunInactiveCommand{});
    act(Synchronise{.as_master = false});
    if (settings_.force_active)
        activate("Forced active on startup: activating lvs");
    else if (alone())
        activate("no partner: activating lvs");
}

/// A pulse before this one died a moment ago and was active: as after an absence, with an lvsd that makes the
/// table its own meanwhile. The classic format cannot say that it only asks, and so does not know this.
void Step::resume() {
    log("floating addresses of a pulse that died are up: looking for the partner before acting");
    s_.role = Role::starting;
    s_.claimed_at = now_;
    s_.checking_until = now_ + 2 * settings_.keepalive;
    start_lvsd();
    say();
}

void Step::on(const Woken&) {
    if (s_.checking_until && now_ >= *s_.checking_until) stop_checking();
    if (s_.link_back_at && now_ >= *s_.link_back_at) {
        s_.link_back_at.reset();
        s_.link_down = false;
        log("Local NIC link(s) restored: Pulse enabled");
        if (s_.handover && s_.handover->until == TimePoint::max()) cancel_handover("the link is back");
    }
    if (s_.child_retry_at && now_ >= *s_.child_retry_at) {
        s_.child_failed = false;
        s_.child_retry_at.reset();
    }
    if (s_.wanting && now_ >= *s_.wanting) {
        s_.wanting.reset();
        s_.well_since.reset();
        log(settings_.prefer_servers && report() && serves_clearly_more(report()->served, s_.served)
                ? "the partner has not given the role away: it reaches more of the real servers"
                : "the partner has not given the role away");
    }
    if (s_.handover && now_ >= s_.handover->until) cancel_handover("the partner did not get ready in time");
    if (settings_.partner && now_ >= s_.dead_at) partner_died();
    if (alone() && may_activate()) activate("no partner: activating lvs");
    if (s_.ready_by && now_ >= *s_.ready_by) {
        if (!partner_can()) {
            log("lvsd has not set up its services yet; nobody else can serve: waiting for it", true);
            s_.ready_by = now_ + settings_.ready_limit;
        } else {
            log("lvsd has not set up its services in time", true);
            s_.ready_by.reset();
            give_up_lvsd();
        }
    }
    if (s_.restart_at && now_ >= *s_.restart_at) start_lvsd();
    if (settings_.partner && now_ >= s_.heartbeat_at) {
        say();
        s_.heartbeat_at = std::max(s_.heartbeat_at + settings_.keepalive, now_ + settings_.keepalive / 2);
    }
}

void Step::partner_died() {
    s_.dead_at = now_ + settings_.deadtime;
    const bool was_alive = std::exchange(s_.partner_alive, false);
    s_.partner_claims = false;
    s_.report.reset();
    s_.conflict_since.reset();
    s_.standby_since.reset();
    s_.differs_since.reset();
    s_.late = false;
    if (s_.handover) cancel_handover("the partner has died");
    s_.offer_after = {};
    s_.wanting.reset();
    // Nobody is there to leave the role to.
    s_.child_failed = false;
    s_.child_retry_at.reset();
    if (claims() && was_alive) {
        // It may take the role while we cannot hear it, and be heard again when it has it no more.
        s_.announce_again = true;
        log("nothing is heard from the partner any more", true);
    }
    if (may_activate()) activate("partner dead: activating lvs");
}

void Step::on(const LinksChanged& event) {
    if (event.count) s_.links_up = *event.count;
    if (event.up) {
        if (!s_.link_down || s_.link_back_at) return;
        // A link that comes and goes must not take the role with it each time.
        s_.link_back_at = now_ + (alone() ? Duration{0} : settings_.deadtime);
        return;
    }
    s_.link_back_at.reset();
    if (s_.link_down) return;
    s_.link_down = true;
    if (settings_.link_rule == LinkRule::automatic) {
        log(claims() && !partner_can() ? "Local NIC link failure; nobody else can serve: going on"
                                       : "Local NIC link failure",
            true);
        return say();  // an active router considers its trouble at once
    }
    log("Local NIC link failure: Pulse disabled", true);
    if (!claims()) return say();
    log("local link failure: deactivating LVS");
    s_.handover.reset();
    deactivate();
}

void Step::on(const PingsChanged& event) { s_.pings_up = event.count; }

void Step::on(const ConnectionsCounted& event) { s_.connections = event.count; }

void Step::on(const Suspended& event) {
    if (s_.running && settings_.partner && event.away >= settings_.deadtime - settings_.keepalive)
        away(event.away);
}

void Step::notice_absence() {
    if (!s_.running || alone() || now_ <= s_.heartbeat_at) return;
    const auto overdue = now_ - s_.heartbeat_at;
    if (overdue >= settings_.keepalive && overdue + settings_.keepalive >= settings_.deadtime) away(overdue);
}

void Step::away(Duration time) {
    log(fmt::format("this process did not run for {:.3f} s: looking for the partner before acting",
                    seconds(time)),
        true);
    s_.checking_until = now_ + 2 * settings_.keepalive;
    s_.dead_at = now_ + std::max(settings_.deadtime, 2 * settings_.keepalive);
    s_.heartbeat_at = now_ + settings_.keepalive;
    s_.heard_at = now_;
    s_.report.reset();
    s_.standby_since.reset();
    s_.conflict_since.reset();
    s_.well_since.reset();
    s_.worse_since.reset();
    s_.wanting.reset();
    if (s_.ready_by) s_.ready_by = now_ + settings_.ready_limit;  // lvsd may have been away too
    for (auto& path : s_.paths) path.heard_at = now_;
    say();
}

void Step::stop_checking() {
    s_.checking_until.reset();
    if (!claims()) return;
    s_.claimed_at = now_;  // in a conflict this router has no time to show for
    log("nobody else has taken the role meanwhile: going on");
    if (s_.unsettled) act(RunActiveCommand{});
    if (s_.role == Role::active) {
        act(RaiseAddresses{});
        act(Announce{});
    } else if (s_.lvsd == Lvsd::ready) {
        become_active();
    }
    say();
}

void Step::on(const FailoverAsked&) {
    if (const auto refusal = refuses_failover(s_, settings_)) return log("failover refused: " + *refusal);
    if (!claims()) return ask_for_role("an operator wants this router to have the role");
    log("an operator wants the partner to have the role");
    hand_over(Reason::order);
}

void Step::on(const StopAsked& event) {
    if (!s_.running) return;
    if (s_.stopping) {
        if (s_.handover) cancel_handover("told to stop at once");
        return;
    }
    log(fmt::format("Terminating due to signal {}", event.signal));
    s_.stopping = true;
    s_.wanting.reset();
    s_.handover.reset();
    if (s_.role == Role::active && alone() && settings_.keep_serving) {
        log("addresses and table stay: hard_shutdown = 0");
        s_.role = Role::standby;
        s_.ready_by.reset();
        s_.restart_at.reset();
        if (lvsd_runs()) stop_lvsd(true);
        s_.lvsd = Lvsd::stopped;
    } else if (claims()) {
        hand_over(Reason::stop);
    } else {
        settle();
        say();
        act(RunInactiveCommand{});
    }
}

/// New timers count from now, and the partner, who may have been told of them later, gets a whole deadtime.
void Step::on(const Reconfigured&) {
    s_.heartbeat_at = now_ + settings_.keepalive;
    s_.dead_at = now_ + settings_.deadtime;
    s_.paths.assign(settings_.paths.size(), {.heard_at = now_});
    s_.links_up.reset();
    s_.pings_up.reset();
    s_.well_since.reset();
    s_.worse_since.reset();
    s_.differs_since.reset();
    s_.difference_logged = false;
    if (!settings_.details) s_.report.reset();
    if (alone()) forget_partner();
    if (alone() && may_activate()) activate("no partner: activating lvs");
}

/// There is none any more (`backup_active = 0`): nothing it said or did counts, and nothing waits for it.
void Step::forget_partner() {
    s_.partner_alive = s_.partner_claims = false;
    s_.late = false;
    s_.report.reset();
    s_.standby_since.reset();
    s_.conflict_since.reset();
    s_.announce_again = false;
    s_.claimed_on_word = false;
    if (s_.handover) cancel_handover("there is no partner any more");
    s_.wanting.reset();
    s_.failback_held = false;
    s_.trouble_spent = false;
    s_.troubles = 0;
    s_.offer_after = s_.out_until = s_.patient_until = {};
    s_.child_failed = false;
    s_.child_retry_at.reset();
    if (s_.checking_until) stop_checking();
}

void Step::look_at_paths() {
    if (alone() || !s_.partner_alive) return;
    if (settings_.warntime.count() > 0 && !s_.late && now_ >= s_.heard_at + settings_.warntime) {
        s_.late = true;
        log(fmt::format("late heartbeat: nothing from the partner for {:.3f} s", seconds(now_ - s_.heard_at)),
            true);
    }
    for (std::size_t i = 0; i < s_.paths.size() && i < settings_.paths.size(); ++i) {
        auto& path = s_.paths[i];
        if (path.silent || now_ < path.heard_at + settings_.deadtime) continue;
        path.silent = true;
        log(fmt::format("no heartbeats over the {} path any more; the partner is heard over another",
                        settings_.paths[i]),
            true);
    }
}

TimePoint Step::wake_at() const {
    if (!s_.running) return now_ + std::chrono::hours(1);
    TimePoint wake = settings_.partner ? std::min(s_.heartbeat_at, s_.dead_at) : now_ + std::chrono::hours(1);
    for (const auto& time :
         {s_.ready_by, s_.restart_at, s_.child_retry_at, s_.link_back_at, s_.checking_until, s_.wanting})
        if (time) wake = std::min(wake, *time);
    if (s_.handover) wake = std::min(wake, s_.handover->until);
    if (s_.well_since)
        wake =
            std::min(wake, std::max(now_ + settings_.keepalive, *s_.well_since + settings_.failback_delay));
    if (s_.partner_alive && settings_.warntime.count() > 0 && !s_.late)
        wake = std::min(wake, s_.heard_at + settings_.warntime);
    return std::max(wake, now_);
}

Transition Step::finish() && {
    if (s_.running) {
        look_at_paths();
        consider_trouble();
        consider_failback();
        converge_lvsd();
        if (s_.stopping && !claims() && s_.lvsd == Lvsd::stopped && !s_.lvsd_ending) {
            s_.running = false;
            act(Exit{0});
        }
    }
    const auto wake = wake_at();
    return {.state = std::move(s_), .actions = std::move(actions_), .wake_at = wake};
}

namespace {

/// Whether a router that asks for the role knows how many servers it reaches, where the partner will weigh
/// that; the last part of its time it asks without.
bool knows_servers(const State& state, TimePoint now, const Settings& settings) {
    return !settings.prefer_servers || state.served || !state.report || !state.report->served ||
           now >= *state.wanting - 2 * settings.deadtime;
}

}  // namespace

heartbeat::Report report_of(const State& state, TimePoint now, const Settings& settings) {
    heartbeat::Report report;
    report.sender = settings.identity;
    if (state.role == Role::starting) report.standing = heartbeat::Standing::starting;
    if (state.role == Role::active) report.standing = heartbeat::Standing::active;
    const bool claims = report.claims();
    report.unsure = claims && state.checking_until;
    report.stopping = state.stopping;
    report.able = state.running && !state.stopping && !state.link_down && !state.child_failed &&
                  !state.checking_until && now >= state.out_until;
    report.ready = state.lvsd == Lvsd::ready;
    report.offers = state.handover.has_value();
    report.wants = state.wanting && state.lvsd == Lvsd::ready && knows_servers(state, now, settings);
    report.hears = state.partner_alive;
    if (claims)
        report.active_for = std::chrono::duration_cast<std::chrono::milliseconds>(now - state.claimed_at);
    report.links_up = state.links_up.value_or(settings.links);
    report.pings_up = state.pings_up.value_or(settings.pings);
    report.connections = state.connections;
    report.config_serial = settings.config_serial;
    report.config_digest = settings.config_digest;
    report.served = state.served;
    return report;
}

Transition step(const State& state, const Event& event, TimePoint now, const Settings& settings) {
    Step next(state, now, settings);
    next.notice_absence();
    std::visit([&](const auto& happened) { next.on(happened); }, event);
    return std::move(next).finish();
}

}  // namespace pulse::failover
