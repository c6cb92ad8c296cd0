#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "pulse/failover/machine.h"

namespace pulse::failover {

using namespace std::chrono_literals;

/// A role machine with a clock of its own, for tests.
class Router {
  public:
    explicit Router(Identity identity, bool partner = true) {
        settings.identity = identity;
        settings.partner = partner;
    }

    /// Feeds one event at the present moment; keeps what it asked for.
    const std::vector<Action>& feed(const Event& event) {
        auto next = step(state, event, now, settings);
        state = next.state;
        actions = std::move(next.actions);
        wake_at = next.wake_at;
        return actions;
    }

    const std::vector<Action>& start() { return feed(Started{}); }
    const std::vector<Action>& hear(const Content& content, std::size_t path = 0) {
        return feed(HeartbeatHeard{content, path});
    }

    /// Lets time pass, waking the machine whenever it asked to be; collects everything it did.
    std::vector<Action> wait(Duration duration) {
        std::vector<Action> all;
        const auto end = now + duration;
        while (wake_at <= end) {
            now = std::max(now, wake_at);
            feed(Woken{});
            all.insert(all.end(), actions.begin(), actions.end());
        }
        now = end;
        actions = all;
        return all;
    }

    /// Started, with lvsd up: the state most tests begin in.
    void become_active() {
        start();
        if (state.role == Role::standby) wait(settings.deadtime);
        feed(LvsdReady{});
        now += 1s;
    }

    template <class A>
    [[nodiscard]] bool did() const {
        return std::ranges::any_of(actions, [](const Action& a) { return std::holds_alternative<A>(a); });
    }

    /// Where among the actions the first A is; past the end if there is none.
    template <class A>
    [[nodiscard]] std::size_t place_of() const {
        return static_cast<std::size_t>(
            std::ranges::find_if(actions, [](const Action& a) { return std::holds_alternative<A>(a); }) -
            actions.begin());
    }

    [[nodiscard]] std::vector<std::string> logged() const {
        std::vector<std::string> lines;
        for (const auto& action : actions)
            if (const auto* log = std::get_if<Log>(&action)) lines.push_back(log->text);
        return lines;
    }

    [[nodiscard]] std::vector<heartbeat::Word> sent() const {
        std::vector<heartbeat::Word> words;
        for (const auto& action : actions)
            if (const auto* send = std::get_if<SendHeartbeat>(&action))
                words.push_back(heartbeat::word_for(send->report));
        return words;
    }

    Settings settings;
    State state;
    std::vector<Action> actions;
    TimePoint now{1h};
    TimePoint wake_at = TimePoint::max();
};

}  // namespace pulse::failover
