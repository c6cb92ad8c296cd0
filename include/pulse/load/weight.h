#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "pulse/base/time.h"
#include "pulse/load/agent.h"

namespace pulse::load {

/// How a load average becomes a weight.
enum class Formula {
    /// Ours. With the configured weight w and the load L, smoothed over the readings: w / L when L is above
    /// 1;
    /// w when it is 1; and when it is less, as much of the way from w to the highest weight as the machine is
    /// idle.
    /// Never less than the lowest weight, never more than the highest, and that is w unless it is set.
    bounded,
    /// The original's. From the current weight c: c + w/2 * cbrt(1 - L) below a load of 1, c - w/2 * cbrt(L -
    /// 1)
    /// above it, within w and ten times w; a change of less than w/4 is not made.
    classic,
};

/// Within what a server's weight moves.
struct Scale {
    Formula formula = Formula::bounded;
    int configured = 1;
    int lowest = 1;
    int highest = 1;
    std::chrono::milliseconds slow_start{
        0};  ///< how long a server that returns takes to its full weight; 0: no time

    friend bool operator==(const Scale&, const Scale&) = default;
};

/// The scale that a configuration asks for; without limits of its own, those of the formula. A configured
/// weight of 0 stays 0.
[[nodiscard]] Scale scale_of(Formula formula, int configured, std::optional<int> lowest,
                             std::optional<int> highest, std::chrono::milliseconds slow_start);

/// Where a server's weight stands between readings.
struct Balance {
    int weight = 1;                       ///< as the load asks for
    std::optional<double> smoothed{};     ///< load, over the readings so far
    AgentWish wish = AgentWish::none;     ///< what the agent wants; it holds until it says otherwise
    std::optional<TimePoint> returned{};  ///< when it came back after a failure, for slow_start
    std::string reason{};                 ///< of the weight: "load 2.50", "agent: drain"

    friend bool operator==(const Balance&, const Balance&) = default;
};

[[nodiscard]] Balance at_first(const Scale& scale);

/// The weight that `formula` gives a steady load.
[[nodiscard]] int target(const Scale& scale, double load);

/// After a reading of the load. One that is not a number, or less than 0, changes nothing. A change too small
/// to matter, less than a twentieth of the configured weight, is not made.
[[nodiscard]] Balance after_load(Balance balance, double load, const Scale& scale);

/// After the agent has spoken.
[[nodiscard]] Balance after_agent(Balance balance, const AgentReply& reply, const Scale& scale);

/// After a return from failure.
[[nodiscard]] Balance after_return(Balance balance, TimePoint now);

/// The weight to have at `now`. While a slow start lasts, as much of it as has passed, at least 1.
[[nodiscard]] int weight_at(const Balance& balance, TimePoint now, const Scale& scale);

/// A slow start goes in no more steps than this: each is a write to the table.
inline constexpr int ramp_steps = 20;

/// When to look at `weight_at` next: its next step while a slow start lasts, nothing when time alone changes
/// nothing.
[[nodiscard]] std::optional<TimePoint> next_step(const Balance& balance, TimePoint now, const Scale& scale);

}  // namespace pulse::load
