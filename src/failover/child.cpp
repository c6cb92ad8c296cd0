// lvsd: when it runs, and what becomes of the role when it does not.
#include <fmt/format.h>

#include "step.h"

namespace pulse::failover {

bool Step::wants_lvsd() const {
    if (!s_.running || (s_.stopping && s_.role == Role::standby)) return false;
    const bool offered = s_.partner_alive && report() && report()->offers && !s_.link_down;
    return claims() || settings_.warm || s_.wanting.has_value() || offered || partner_reaches_no_server();
}

/// Then a cold standby looks for itself: perhaps it reaches some.
bool Step::partner_reaches_no_server() const {
    return settings_.prefer_servers && s_.partner_claims && report() && report()->served == 0 &&
           !s_.link_down;
}

void Step::start_lvsd() {
    s_.restart_at.reset();
    s_.lvsd = Lvsd::starting;
    s_.served.reset();
    s_.lvsd_ending = false;
    s_.ready_by = now_ + settings_.ready_limit;
    act(StartLvsd{});
}

void Step::stop_lvsd(bool leave_table) {
    if (s_.unsettled && !leave_table) {  // addresses that a crash has left must not outlive the table
        s_.unsettled = false;
        act(DropAddresses{});
    }
    s_.lvsd = Lvsd::stopped;
    s_.served.reset();
    s_.lvsd_ending = true;
    s_.ready_by.reset();
    s_.restart_at.reset();
    act(StopLvsd{.leave_table = leave_table});
}

void Step::give_up_lvsd() {
    s_.child_failed = true;
    s_.child_retry_at = now_ + settings_.child_failed_pause;
    s_.wanting.reset();
    s_.well_since.reset();
    if (claims()) deactivate();
    if (lvsd_runs()) stop_lvsd();
    s_.lvsd = Lvsd::stopped;
    s_.restart_at.reset();
}

/// On standby lvsd comes and goes with the reasons to have it ready.
void Step::converge_lvsd() {
    if (claims()) return;
    if (wants_lvsd()) {
        if (s_.lvsd == Lvsd::stopped && !s_.child_failed) start_lvsd();
    } else if (lvsd_runs()) {
        stop_lvsd();
    } else if (s_.lvsd == Lvsd::waiting) {
        s_.lvsd = Lvsd::stopped;
        s_.restart_at.reset();
    }
}

void Step::on(const LvsdReady&) {
    if (s_.lvsd != Lvsd::starting) return;
    s_.lvsd = Lvsd::ready;
    s_.ready_by.reset();
    // Its checks begin only now, and what they find is worth waiting for before the role is asked for.
    if (s_.wanting) s_.wanting = asking_ends();
    if (s_.role == Role::starting && !s_.checking_until)
        become_active();
    else if (s_.role == Role::standby && settings_.details)
        say();  // somebody may be waiting for it
}

void Step::on(const LvsdCrashed& event) {
    log(fmt::format("Child process {} {}", event.pid, event.how), true);
    s_.ready_by.reset();
    s_.lvsd_ending = false;
    s_.lvsd = Lvsd::stopped;
    s_.served.reset();
    if (!wants_lvsd()) return;
    if (s_.stopping) return deactivate();
    if (now_ >= s_.crash_window_ends) {
        s_.crashes = 0;
        s_.crash_window_ends = now_ + settings_.crash_window;
    }
    ++s_.crashes;
    // Whom nobody can relieve goes on trying.
    if (s_.crashes > settings_.crash_limit && (claims() ? partner_can() : settings_.partner)) {
        log(claims() ? "lvsd keeps failing: deactivating LVS" : "lvsd keeps failing", true);
        give_up_lvsd();
    } else if (s_.crashes == 1) {
        start_lvsd();
    } else {
        s_.lvsd = Lvsd::waiting;
        s_.restart_at = now_ + settings_.crash_pause;
    }
}

void Step::on(const ServersChanged& event) {
    if (!lvsd_runs()) return;
    const bool was_known = s_.served.has_value();
    s_.served = event.served;
    if (s_.wanting && !was_known) say();
}

void Step::on(const LvsdStopped&) { s_.lvsd_ending = false; }

}  // namespace pulse::failover
