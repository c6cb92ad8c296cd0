#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pulse/failover/machine.h"

namespace pulse::failover {

/// One step in the making: a state to change and actions to collect. What it does is in docs/failover.md;
/// machine.cpp has the events, partner.cpp what is heard, role.cpp taking and giving the role, child.cpp
/// lvsd.
class Step {
  public:
    Step(const State& state, TimePoint now, const Settings& settings)
        : s_(state), now_(now), settings_(settings) {}

    void on(const Started&);
    void on(const HeartbeatHeard& event);
    void on(const Woken&);
    void on(const LvsdReady&);
    void on(const LvsdCrashed& event);
    void on(const LvsdStopped&);
    void on(const LinksChanged& event);
    void on(const PingsChanged& event);
    void on(const ServersChanged& event);
    void on(const ConnectionsCounted& event);
    void on(const Suspended& event);
    void on(const FailoverAsked&);
    void on(const StopAsked& event);
    void on(const Reconfigured&);

    /// Was this process stopped or starved for so long that the partner may have taken over? Asked before
    /// anything that happened is looked at.
    void notice_absence();

    Transition finish() &&;

  private:
    bool primary() const { return settings_.identity == Identity::primary; }
    bool alone() const { return !settings_.partner; }
    bool claims() const { return s_.role != Role::standby; }
    bool may_activate() const {
        return s_.running && s_.role == Role::standby && !s_.stopping && !barred_by_link() &&
               !s_.child_failed && !s_.checking_until;
    }
    /// A lost link keeps a router out of the role; with the automatic rule only where somebody else can have
    /// it.
    bool barred_by_link() const {
        return s_.link_down &&
               (settings_.link_rule == LinkRule::strict || (report() != nullptr && report()->able));
    }
    /// A vital link is lost, and the rule says that this is the partner's occasion.
    bool lost_link() const {
        return settings_.link_rule == LinkRule::automatic && s_.link_down && !s_.link_back_at;
    }
    /// Whether somebody else could have the role, as far as one can know.
    bool partner_can() const { return s_.partner_alive && (report() == nullptr || report()->able); }
    const heartbeat::Report* report() const { return s_.report ? &*s_.report : nullptr; }
    std::strong_ordering against(const heartbeat::Report& partner) const;
    bool troubled() const;
    std::string trouble() const;

    void act(Action action) { actions_.push_back(std::move(action)); }
    void log(std::string text, bool warning = false) { act(Log{std::move(text), warning}); }
    void log_sometimes(Recurring what, std::string text);
    void say();

    // machine.cpp
    void resume();
    void away(Duration time);
    void stop_checking();
    void partner_died();
    void forget_partner();
    void look_at_paths();
    TimePoint wake_at() const;

    // partner.cpp
    void heard(heartbeat::Word word, std::size_t path);
    void heard(const heartbeat::Report& report, std::size_t path);
    void alive(std::size_t path);
    void path_alive(std::size_t path);
    void heard_claim();
    void heard_standby();
    bool yields() const;
    void stay();
    void yield();
    void compare_config();
    TimePoint own_turn() const;

    // role.cpp
    void settle();
    void activate(std::string why);
    void become_active();
    void deactivate();
    void hand_over(Reason why);
    TimePoint offer_ends(Reason why) const;
    void finish_handover();
    void cancel_handover(std::string_view why);
    TimePoint asking_ends() const { return now_ + settings_.ready_limit + 2 * settings_.deadtime; }
    void ask_for_role(std::string why);
    void consider_trouble();
    void consider_failback();

    // child.cpp
    bool wants_lvsd() const;
    bool lvsd_runs() const { return s_.lvsd == Lvsd::starting || s_.lvsd == Lvsd::ready; }
    bool partner_reaches_no_server() const;
    void start_lvsd();
    void stop_lvsd(bool leave_table = false);
    void give_up_lvsd();
    void converge_lvsd();

    State s_;
    TimePoint now_;
    const Settings& settings_;
    std::vector<Action> actions_;
};

}  // namespace pulse::failover
