// What must hold at every step. The bounds are those docs/failover.md promises.
#include <algorithm>

#include <fmt/format.h>

#include "simulation.h"

namespace pulse::sim {

using failover::Role;
using namespace std::chrono_literals;

void Simulation::broken(const std::string& what) {
    if (!broken_)
        broken_ = fmt::format("after {:.3f} ms: {}",
                              std::chrono::duration<double, std::milli>(now_ - began_).count(), what);
}

/// How long a pair may take, once nothing hinders it, until one is active and stays so.
Duration Simulation::settling() const {
    const auto& s = nodes_[0].settings;
    const auto out = 2 * s.deadtime + s.ready_limit;
    const auto takeover = std::max(s.deadtime, s.initdead) + 2 * s.deadtime + s.ready_limit;
    auto time = s.child_failed_pause + out + takeover + s.handover_limit + 6 * s.deadtime;
    time += 2 * s.ready_limit;  // an lvsd that hangs is replaced
    constexpr int longest_hold = 32;
    if (s.prefer_servers) time += longest_hold * s.deadtime + s.handover_limit + out;
    if (schedule_.setup.auto_failback) time += s.failback_delay + s.catch_up_limit + out + takeover;
    return time + time / 50;  // clocks drift
}

/// Nothing keeps it from the role, as far as the world goes.
bool Simulation::healthy(unsigned n) const { return can_serve(n) && nodes_.at(n).link; }

/// By the automatic rule a router without its link is better than none, or than another one without; so is
/// one that is alone.
bool Simulation::can_serve(unsigned n) const {
    const auto& node = nodes_.at(n);
    const auto& other = nodes_.at(1 - n);
    const bool better_than_none =
        schedule_.setup.automatic_links && (!other.running || other.frozen || !other.link);
    const bool link = node.link || better_than_none || !node.settings.partner;
    return node.running && !node.frozen && link && !node.lvsd_broken && !node.lvsd_hangs &&
           !node.state.stopping;
}

/// Whether both have a path on that way, and speak the same format to a partner.
bool Simulation::understands_way(unsigned path) const {
    const auto& [one, other] = nodes_;
    return path < one.ways && path < other.ways && one.settings.partner && other.settings.partner &&
           one.settings.details == other.settings.details;
}

void Simulation::watch() {
    for (unsigned path = 0; path < 2; ++path) {
        auto& way = ways_.at(path);
        // Quick: two of its delays together are less than a keepalive.
        const bool good =
            !way.cut[0] && !way.cut[1] && way.loss == 0 && way.delay <= 40 && understands_way(path);
        if (!good)
            way.good_since.reset();
        else if (!way.good_since)
            way.good_since = now_;
    }
    for (unsigned n = 0; n < 2; ++n) {
        auto& node = nodes_.at(n);
        if (!healthy(n)) node.unable_at = now_;
        if (!can_serve(n))
            node.able_since.reset();
        else if (!node.able_since)
            node.able_since = now_;
        if (!node.running) continue;
        if (node.state.role == Role::active && !node.addresses)
            broken(fmt::format("node {} is active without addresses", n));
        if (node.state.role == Role::standby && node.addresses && !node.state.unsettled)
            broken(fmt::format("node {} is standby and holds the addresses", n));
        if (node.addresses && !node.state.unsettled && !node.table)
            broken(fmt::format("node {} holds the addresses without a table", n));
    }
    watch_alone();
    watch_better();
    watch_pair();
}

/// Who is alone waits for nobody.
void Simulation::watch_alone() {
    for (unsigned n = 0; n < 2; ++n) {
        const auto& node = nodes_.at(n);
        auto& since = idle_alone_since_.at(n);
        if (node.settings.partner || !can_serve(n) || node.state.role == Role::active)
            since.reset();
        else if (!since)
            since = now_;
        if (since && now_ > *since + node.settings.deadtime + 2 * node.settings.ready_limit)
            broken(fmt::format("node {} is alone and does not serve", n));
    }
}

/// Nobody is active for long while the other router would serve better, and can.
void Simulation::watch_better() {
    for (unsigned n = 0; n < 2; ++n) {
        const auto& node = nodes_.at(n);
        const auto& other = nodes_.at(1 - n);
        const auto& s = node.settings;
        const bool could = s.details && calm_for(4 * s.deadtime) && node.role() == Role::active &&
                           !node.state.stopping && !node.state.checking_until &&
                           other.role() == Role::standby && healthy(1 - n) &&
                           failover::report_of(other.state, other.local(now_), other.settings).able;
        const auto lasts = [&](std::optional<TimePoint>& since, bool now) {
            if (!now)
                since.reset();
            else if (!since)
                since = now_;
            return since ? now_ - *since : Duration{0};
        };
        const auto offers = 2 * s.handover_limit + s.deadtime + s.ready_limit + 6 * s.keepalive;
        const auto hold = s.deadtime * (1 << std::min(node.state.troubles, 5));
        if (lasts(cut_off_since_.at(n), could && s.link_rule == failover::LinkRule::automatic && !node.link) >
            offers)
            broken(fmt::format("node {} is active without its link although the other could be", n));
        if (lasts(worse_since_.at(n),
                  could && s.prefer_servers && other.state.lvsd == failover::Lvsd::ready &&
                      failover::serves_clearly_more(other.state.served, node.state.served)) > hold + offers)
            broken(fmt::format("node {} is active although the other reaches clearly more servers", n));
    }
}

void Simulation::watch_action(unsigned n, const failover::Action& action) {
    auto& node = nodes_.at(n);
    if (std::holds_alternative<failover::RaiseAddresses>(action) && !node.table)
        broken(fmt::format("node {} raises the addresses before its table is programmed", n));
    const auto* stop = std::get_if<failover::StopLvsd>(&action);
    if (((stop != nullptr && !stop->leave_table) || std::holds_alternative<failover::ClearTable>(action)) &&
        node.addresses)
        broken(fmt::format("node {} clears its table while it holds the addresses", n));
    // Whoever slept for longer than deadtime must look first, and say nothing that would be believed.
    const auto* said = std::get_if<failover::SendHeartbeat>(&action);
    if (said != nullptr && !said->report.claims()) node.slept_long = false;
    if (said != nullptr && said->report.claims() && !said->report.unsure && node.slept_long &&
        now_ < node.woke_at + node.settings.keepalive)
        broken(fmt::format("node {} claims the role right after it was away", n));
}

/// Whether both have been running, awake and connected for so long.
bool Simulation::calm_for(Duration time) const {
    const auto since = now_ - time;
    return std::ranges::any_of(ways_,
                               [&](const Way& way) { return way.good_since && *way.good_since < since; }) &&
           std::ranges::all_of(nodes_, [&](const Node& node) {
               return node.running && !node.frozen && node.epoch_began < since && node.woke_at < since;
           });
}

void Simulation::watch_claim(unsigned n) {
    const auto& node = nodes_.at(n);
    const auto& s = node.settings;
    if (s.partner && now_ < node.ordered_at + s.deadtime && node.ordered_at > nodes_.at(1 - n).ordered_at &&
        calm_for(4 * s.deadtime) && late_word_at_ < node.ordered_at &&
        nodes_.at(1 - n).unable_at < node.ordered_at && healthy(1 - n) &&
        !nodes_.at(1 - n).state.child_failed)
        broken(fmt::format("node {} takes the role back that an operator has moved", n));
}

void Simulation::watch_pair() {
    const auto& s = nodes_[0].settings;
    const bool both = std::ranges::all_of(nodes_, [](const Node& node) {
        return node.running && !node.frozen && node.state.role == Role::active;
    });
    const bool connected =
        std::ranges::any_of(ways_, [](const Way& way) { return way.good_since.has_value(); });
    if (!both || !connected)
        both_since_.reset();
    else if (!both_since_)
        both_since_ = now_;
    if (both_since_ && now_ > *both_since_ + s.deadtime + 6 * s.keepalive)
        broken("both are active although they can hear each other");

    if (both_since_ && now_ > *both_since_ + 3 * s.keepalive && calm_for(4 * s.deadtime))
        broken("both are active although they have heard each other all the time");

    const bool served =
        std::ranges::any_of(nodes_, [](const Node& node) { return node.addresses && node.table; });
    const auto patience = std::max(s.deadtime, s.initdead) + 5 * s.deadtime + 3 * s.ready_limit +
                          s.handover_limit + s.child_failed_pause;
    if (served) {
        for (auto& node : nodes_)
            if (node.able_since) node.able_since = now_;
    }
    for (unsigned n = 0; n < 2; ++n)
        if (const auto& since = nodes_.at(n).able_since; since && now_ > *since + patience + patience / 50)
            broken(fmt::format("nobody serves although node {} could", n));

    if (!mended_at_ || now_ < *mended_at_ + settling()) return;
    const std::array<bool, 2> active{nodes_[0].role() == Role::active, nodes_[1].role() == Role::active};
    const bool any_runs = nodes_[0].running || nodes_[1].running;
    const bool frozen = nodes_[0].frozen || nodes_[1].frozen;
    if (!any_runs || frozen) return;
    if (active[0] == active[1])
        broken(active[0] ? "both are active long after everything was mended"
                         : "nobody is active long after everything was mended");
    if (!settled_) {
        settled_ = true;
        settled_claims_ = {nodes_[0].claims, nodes_[1].claims};
    } else if (settled_claims_ != std::array{nodes_[0].claims, nodes_[1].claims}) {
        broken("the role moves although nothing happens");
    }
    const auto& servers = schedule_.setup.servers_at_end;
    const auto reaches = [&](unsigned n) { return static_cast<std::uint16_t>(250 * servers.at(n)); };
    if (s.prefer_servers && s.details && nodes_[0].running && nodes_[1].running)
        for (unsigned n = 0; n < 2; ++n)
            if (active.at(n) && servers.at(n) == 0 && servers.at(1 - n) > 0)
                broken("the active router reaches no server although the other would");
    const bool fewer = s.prefer_servers && s.details && failover::serves_clearly_more(reaches(1), reaches(0));
    if (schedule_.setup.auto_failback && active[1] && nodes_[0].running && !nodes_[0].state.failback_held &&
        !fewer)
        broken("the primary has not taken the role back");
}

}  // namespace pulse::sim
