// Taking the role and giving it away.
#include <fmt/format.h>

#include "step.h"

namespace pulse::failover {

/// A pulse that crashed while active has left addresses and table serving; now somebody else does.
void Step::settle() {
    if (!s_.unsettled) return;
    s_.unsettled = false;
    act(DropAddresses{});
    if (wants_lvsd() || lvsd_runs()) return;  // one that runs has made the table its own
    act(ClearTable{});
    s_.lvsd_ending = true;
}

void Step::activate(std::string why) {
    log(std::move(why));
    s_.role = Role::starting;
    s_.claimed_at = now_;
    s_.standby_since.reset();
    s_.wanting.reset();
    s_.well_since.reset();
    s_.worse_since.reset();
    s_.out_until = {};
    s_.failback_held = false;
    s_.crashes = 0;
    s_.crash_window_ends = {};
    say();
    act(RunActiveCommand{});
    if (s_.lvsd == Lvsd::ready)
        become_active();
    else if (s_.lvsd != Lvsd::starting)
        start_lvsd();
}

void Step::become_active() {
    s_.role = Role::active;
    s_.unsettled = false;
    act(Synchronise{.as_master = true});
    act(RaiseAddresses{});
    act(Announce{});
    if (settings_.details) say();
}

void Step::deactivate() {
    s_.role = Role::standby;
    s_.unsettled = false;
    s_.handover.reset();
    s_.conflict_since.reset();
    s_.claimed_on_word = false;
    s_.announce_again = false;
    s_.checking_until.reset();
    s_.dead_at = now_ + settings_.deadtime;
    act(DropAddresses{});
    // Said only now: whoever hears it may raise the addresses at once.
    say();
    if (!wants_lvsd()) {
        if (lvsd_runs()) {
            stop_lvsd();
        } else {
            act(ClearTable{});  // an lvsd that crashed has left it
            s_.lvsd_ending = true;
        }
        s_.lvsd = Lvsd::stopped;
        s_.ready_by.reset();
        s_.restart_at.reset();
    }
    act(RunInactiveCommand{});
    act(Synchronise{.as_master = false});
}

void Step::hand_over(Reason why) {
    const auto* partner = report();
    const bool can = s_.partner_alive && partner && partner->able && !partner->claims();
    s_.handover = Handover{.why = why, .until = offer_ends(why)};
    if (s_.role != Role::active || !can || partner->ready) return finish_handover();
    log("offering the role to the partner");
    say();
}

/// Who stops cannot wait for long. Any other waits for as long as the partner's lvsd may take, and for the
/// word that it is ready; and without its link a router has nothing to lose by waiting.
TimePoint Step::offer_ends(Reason why) const {
    if (why == Reason::stop) return now_ + settings_.handover_limit;
    if (why == Reason::trouble && lost_link()) return TimePoint::max();
    return now_ + settings_.ready_limit + settings_.deadtime;
}

void Step::finish_handover() {
    const auto why = s_.handover->why;
    if (why != Reason::stop) s_.out_until = now_ + 2 * settings_.deadtime + settings_.ready_limit;
    if (report() && report()->ready) log("the partner is ready: handing the role over");
    deactivate();
    if (why == Reason::order) s_.failback_held = primary();
    if (why != Reason::trouble) return;
    s_.trouble_spent = true;
    ++s_.troubles;
    s_.trouble_at = now_;
}

/// The partner did not get ready: a router that stops lets go all the same, any other keeps the role.
void Step::cancel_handover(std::string_view why) {
    log(fmt::format("{}: {}", why, s_.stopping ? "deactivating LVS" : "keeping the role"), true);
    s_.handover.reset();
    s_.worse_since.reset();
    s_.offer_after = now_ + settings_.deadtime + settings_.ready_limit;
    if (s_.stopping) deactivate();
}

void Step::ask_for_role(std::string why) {
    log(std::move(why));
    s_.wanting = asking_ends();
    if (s_.lvsd == Lvsd::ready) say();
}

bool serves_clearly_more(std::optional<std::uint16_t> one, std::optional<std::uint16_t> other) {
    constexpr int quarter = 250;
    if (!one || !other) return false;
    return *other == 0 ? *one > 0 : *one >= 2 * *other && *one >= *other + quarter;
}

std::strong_ordering compare(const heartbeat::Report& one, const heartbeat::Report& other,
                             bool prefer_servers) {
    if (prefer_servers && serves_clearly_more(one.served, other.served)) return std::strong_ordering::greater;
    if (prefer_servers && serves_clearly_more(other.served, one.served)) return std::strong_ordering::less;
    return one.sees() <=> other.sees();
}

std::strong_ordering Step::against(const heartbeat::Report& partner) const {
    return compare(report_of(s_, now_, settings_), partner, settings_.prefer_servers);
}

/// What a router that knows nothing of its partner's view takes for trouble of its own.
bool Step::troubled() const {
    return lost_link() || s_.links_up.value_or(settings_.links) < settings_.links ||
           (settings_.pings > 0 && s_.pings_up.value_or(settings_.pings) == 0);
}

void Step::consider_trouble() {
    const auto* partner = report();
    const bool worse = partner ? partner->able && (lost_link() || is_lt(against(*partner))) : troubled();
    if (!worse) {
        s_.worse_since.reset();
        if (!troubled()) s_.trouble_spent = false;
        return;
    }
    if (s_.role != Role::active || s_.handover || s_.stopping || s_.checking_until || !s_.partner_alive ||
        s_.partner_claims || now_ < s_.offer_after || (s_.trouble_spent && !partner))
        return s_.worse_since.reset();
    if (!s_.worse_since) s_.worse_since = now_;
    if (now_ > s_.trouble_at + std::chrono::minutes(10)) s_.troubles = 0;
    constexpr int most_doublings = 5;
    const auto hold = settings_.deadtime * (1 << std::min(s_.troubles, most_doublings));
    // Clients of a lost link are without service meanwhile.
    if (!lost_link() && now_ < *s_.worse_since + hold) return;
    log(trouble() + ": deactivating LVS", true);
    hand_over(Reason::trouble);
}

/// Why the role is given away, for people.
std::string Step::trouble() const {
    const auto* partner = report();
    if (lost_link() || (!partner && s_.links_up.value_or(settings_.links) < settings_.links))
        return "local link failure";
    if (!partner) return "no ping node answers";
    const auto own = report_of(s_, now_, settings_);
    if (settings_.prefer_servers && serves_clearly_more(partner->served, own.served))
        return fmt::format("the partner reaches {:.1f} % of the real servers, this router {:.1f} %",
                           *partner->served / 10.0, *own.served / 10.0);
    return fmt::format("the partner sees {} of links and ping nodes, this router {}", partner->sees(),
                       own.sees());
}

namespace {

/// Whether the primary, on standby, is well enough to take the role back.
bool well(const State& s, TimePoint now, const Settings& settings) {
    if (!settings.auto_failback || settings.identity != Identity::primary || s.role != Role::standby ||
        s.failback_held || !s.partner_alive || !s.partner_claims)
        return false;
    const auto own = report_of(s, now, settings);
    return own.able && own.links_up >= settings.links && (settings.pings == 0 || own.pings_up > 0) &&
           (!s.report || (!s.report->stopping && is_gteq(compare(own, *s.report, settings.prefer_servers))));
}

bool lacks_connections(const State& s, TimePoint now, const Settings& settings) {
    if (!settings.synchronised || !s.report || !s.well_since) return false;
    if (now >= *s.well_since + settings.failback_delay + settings.catch_up_limit) return false;
    return s.connections < s.report->connections - s.report->connections / 10;
}

}  // namespace

void Step::consider_failback() {
    // A classic partner cannot be asked. It yields to a primary that claims the role.
    if (s_.wanting && !settings_.details && s_.lvsd == Lvsd::ready && s_.partner_claims && may_activate())
        return activate(settings_.auto_failback ? "failback: activating lvs" : "by order: activating lvs");
    if (!well(s_, now_, settings_)) {
        s_.well_since.reset();
        return;
    }
    if (!s_.well_since) s_.well_since = now_;
    if (s_.wanting || now_ < *s_.well_since + settings_.failback_delay ||
        lacks_connections(s_, now_, settings_))
        return;
    ask_for_role("failback: this router is well again and wants the role back");
}

std::string failback_waits_for(const State& state, TimePoint now, const Settings& settings) {
    if (!settings.auto_failback || settings.identity != Identity::primary || state.role != Role::standby)
        return {};
    if (state.failback_held) return "an operator, who moved the role";
    if (!well(state, now, settings)) return "this router to be well and the partner to be active";
    if (state.well_since && now < *state.well_since + settings.failback_delay)
        return "failback_delay to pass";
    if (lacks_connections(state, now, settings))
        return fmt::format("connections: {} here, {} on the partner", state.connections,
                           state.report->connections);
    return "the partner to give the role away";
}

std::optional<std::string> refuses_failover(const State& state, const Settings& settings) {
    if (!settings.partner) return "there is no partner: backup_active = 0";
    if (state.stopping) return "this router is stopping";
    if (!state.partner_alive) return "nothing is heard from the partner";
    if (state.role == Role::starting) return "this router is only just taking over";
    if (state.handover) return "the role is being handed over already";
    if (state.role == Role::active) {
        if (state.partner_claims) return "the partner claims the role too";
        if (state.report && !state.report->able) return "the partner cannot take the role";
        return std::nullopt;
    }
    if (!settings.details && settings.identity == Identity::backup)
        return "classic heartbeats cannot ask for the role: say it on the active router";
    if (state.link_down) return "this router has no link";
    if (state.child_failed) return "lvsd has failed on this router";
    if (!state.partner_claims) return "the partner is not active";
    return std::nullopt;
}

}  // namespace pulse::failover
