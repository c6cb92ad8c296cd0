// What is heard from the partner, and who of two that claim the role, or of two that do not, shall have it.
#include <fmt/format.h>

#include "pulse/base/match.h"

#include "step.h"

namespace pulse::failover {

using heartbeat::Report;
using heartbeat::Word;

namespace {

constexpr const char* incompatible =
    "Incompatible heartbeat received -- other system not using identical services";

}  // namespace

void Step::on(const HeartbeatHeard& event) {
    if (!s_.running || alone()) return;
    match(
        event.content, [&](Word word) { heard(word, event.path); },
        [&](heartbeat::TooShort) { log_sometimes(Recurring::too_short, "bad heartbeat packet"); },
        [&](heartbeat::Unknown) { log_sometimes(Recurring::incompatible, incompatible); },
        [&](const Report& report) { heard(report, event.path); },
        [&](Unproven) {
            if (now_ < s_.answer_quiet_until) return;
            s_.answer_quiet_until = now_ + settings_.keepalive / 4;
            say();
        },
        [&](Copy) { path_alive(event.path); });
}

void Step::heard(Word word, std::size_t path) {
    switch (word) {
        case Word::fos_running:
        case Word::fos_stopped:
            return log_sometimes(Recurring::incompatible, incompatible);
        case Word::stop_me:
            // In lvs mode the original kills its own lvsd here; one forged packet is enough for that.
            alive(path);
            return log_sometimes(Recurring::stop_me, "stop-me heartbeat ignored: it has no meaning for lvs");
        case Word::hold:
        case Word::held:
            return alive(path);
        case Word::lvs_running:
        case Word::lvs_stopped:
            break;
    }
    alive(path);
    s_.report.reset();
    s_.partner_claims = word == Word::lvs_running;
    s_.partner_claims ? heard_claim() : heard_standby();
}

void Step::heard(const Report& report, std::size_t path) {
    if (report.sender == settings_.identity)
        return log_sometimes(Recurring::same_identity, primary()
                                                           ? "the partner says that it is the primary too"
                                                           : "the partner says that it is the backup too");
    alive(path);
    // It may not believe that this router is back before the next message, and that must not be too late.
    if (!s_.report && s_.checking_until && claims()) say();
    s_.report = report;
    s_.partner_claims = report.claims();
    compare_config();
    s_.partner_claims ? heard_claim() : heard_standby();
}

void Step::path_alive(std::size_t path) {
    if (path >= s_.paths.size()) return;
    auto& state = s_.paths[path];
    state.heard_at = now_;
    if (!state.silent) return;
    state.silent = false;
    if (path < settings_.paths.size())
        log(fmt::format("heartbeats arrive over the {} path again", settings_.paths[path]));
}

void Step::alive(std::size_t path) {
    path_alive(path);
    if (!s_.partner_alive)
        for (auto& other : s_.paths)  // the others have not had the time to bring anything
            if (!other.silent) other.heard_at = now_;
    if (s_.late)
        log(fmt::format("the late heartbeat has come, after {:.3f} s",
                        std::chrono::duration<double>(now_ - s_.heard_at).count()));
    s_.late = false;
    s_.partner_alive = true;
    s_.heard_at = now_;
    s_.dead_at = now_ + settings_.deadtime;
}

void Step::compare_config() {
    if (s_.report->config_digest == settings_.config_digest) {
        if (s_.difference_logged) log("lvs.cf of both routers says the same again");
        s_.difference_logged = false;
        return s_.differs_since.reset();
    }
    if (!s_.differs_since) s_.differs_since = now_;
    // While a new file is brought to both there is a moment in which they differ.
    if (s_.difference_logged || now_ < *s_.differs_since + settings_.deadtime) return;
    s_.difference_logged = true;
    log(fmt::format("lvs.cf differs between the routers: serial_no {} here, {} on the partner",
                    settings_.config_serial, s_.report->config_serial),
        true);
}

void Step::heard_claim() {
    s_.standby_since.reset();
    if (!claims()) {
        // Somebody serves: what is to be repaired here has time, and nothing is to be feared from taking
        // part.
        if (!wants_lvsd()) {
            s_.child_failed = false;
            s_.child_retry_at.reset();
        }
        // Not at once: a "stopped" that the partner said before may still be under way.
        s_.out_until = std::min(s_.out_until, now_ + settings_.keepalive);
        if (!s_.stopping) settle();
        return;
    }
    if (report() && report()->unsure) return;  // it asks, and yields when it hears us
    if (s_.checking_until) {
        log("the partner has taken the role meanwhile: deactivating LVS");
        return deactivate();
    }
    // A "running" that was under way when the partner said "stopped".
    if (!report() && s_.claimed_on_word && now_ < s_.claimed_at + settings_.keepalive) return;
    if (!s_.conflict_since) s_.conflict_since = now_;
    s_.announce_again = true;
    s_.handover.reset();
    if (s_.stopping || yields())
        yield();
    else
        stay();
}

/// Both claim the role. Each router asks this of itself, so the answers must not be the same.
bool Step::yields() const {
    const bool lasts = now_ >= *s_.conflict_since + settings_.deadtime;
    if (!report()) return !primary();
    // It has had deadtime to hear us and does not: it cannot yield, for it knows nothing of a conflict.
    if (lasts && !report()->hears) return true;
    const auto now = report_of(s_, now_, settings_);
    if (now.able != report()->able) return !now.able;  // one of them lacks the link that the service needs
    const auto own = now.active_for;
    const auto other = report()->active_for;
    // What the partner says of its time is as old as the way is long: close cases are the primary's.
    if (primary()) return other > own + settings_.keepalive;
    return lasts || own <= other + settings_.keepalive;
}

void Step::stay() {
    if (s_.role == Role::starting || now_ < s_.conflict_quiet_until) return;
    s_.conflict_quiet_until = now_ + settings_.keepalive;
    log("partner active: resending arps");
    act(RunActiveCommand{});
    act(RaiseAddresses{});
    act(Announce{});
}

void Step::yield() {
    log("partner active: deactivating LVS");
    // The original's primary answers an active partner by announcing its addresses again.
    if (!report()) say();
    deactivate();
}

void Step::heard_standby() {
    s_.conflict_since.reset();
    if (!claims()) {
        if (!s_.standby_since) s_.standby_since = now_;
        if (!may_activate() || now_ < own_turn()) return;
        s_.claimed_on_word = true;
        return activate(primary() ? "backup inactive: activating lvs" : "primary inactive: activating lvs");
    }
    if (s_.announce_again && s_.role == Role::active && !s_.checking_until) {
        s_.announce_again = false;
        act(RaiseAddresses{});
        act(Announce{});
    }
    if (!report()) return;
    if (s_.handover) {
        if (report()->ready)
            finish_handover();
        else if (!report()->able)
            cancel_handover("the partner cannot take the role");
    } else if (report()->wants && report()->ready && report()->able && is_lteq(against(*report())) &&
               s_.role == Role::active && !s_.checking_until) {
        log("the partner wants the role and is ready: deactivating LVS");
        s_.failback_held = primary();
        s_.out_until = now_ + 2 * settings_.deadtime + settings_.ready_limit;
        deactivate();
    }
}

/// Both are standby: from when on this router takes the role rather than wait for the partner to do so.
TimePoint Step::own_turn() const {
    const auto since = *s_.standby_since;
    const auto later = since + settings_.deadtime;
    if (!report()) {
        auto turn = std::max(since, s_.out_until);
        // Both routers booted together: without patience the role would fall to whoever speaks last.
        if (!primary()) turn = std::max(turn, s_.patient_until);
        return troubled() ? std::max(turn, later) : turn;
    }
    if (s_.wanting && s_.lvsd == Lvsd::ready) return since;
    if (!report()->able) {
        if (s_.link_down && !primary()) return later;  // neither is: one of them has to
        return now_ < s_.out_until ? std::min(later, s_.out_until) : since;
    }
    const auto order = against(*report());
    const bool better = is_neq(order) ? is_gt(order) : primary();
    return std::max(better ? since : later, s_.out_until);
}

}  // namespace pulse::failover
