#include "pulse/load/weight.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace pulse::load {

namespace {

constexpr int classic_ceiling = 10;  // the original's --scale

/// A weight from a real number, within the scale.
int within(const Scale& scale, double weight) {
    return static_cast<int>(
        std::clamp(weight, static_cast<double>(scale.lowest), static_cast<double>(scale.highest)));
}

int classic(const Scale& scale, int current, double load) {
    const double half = scale.configured / 2.0;
    const double moved =
        load < 1 ? current + half * std::cbrt(1 - load) : current - half * std::cbrt(load - 1);
    const int next = within(scale, moved);
    return 4LL * std::abs(next - current) < scale.configured ? current : next;
}

int bounded(const Scale& scale, int current, double load) {
    const int next = target(scale, load);
    const bool at_an_end = next == scale.lowest || next == scale.highest;
    return at_an_end || 20LL * std::abs(next - current) >= scale.configured ? next : current;
}

std::string load_text(double load) {
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "load %.2f", std::min(load, 1e6));
    return text.data();
}

bool wants_no_clients(AgentWish wish) {
    return wish == AgentWish::drain || wish == AgentWish::maint || wish == AgentWish::down;
}

}  // namespace

Scale scale_of(Formula formula, int configured, std::optional<int> lowest, std::optional<int> highest,
               std::chrono::milliseconds slow_start) {
    Scale scale{.formula = formula, .configured = configured, .slow_start = slow_start};
    if (configured == 0) return {.formula = formula, .configured = 0, .lowest = 0, .highest = 0};
    const bool classic = formula == Formula::classic;
    constexpr int largest = 65'535;
    scale.highest = highest.value_or(
        classic ? std::min(classic_ceiling * std::min(configured, largest), largest) : configured);
    scale.lowest = std::min(lowest.value_or(classic ? configured : 1), scale.highest);
    return scale;
}

Balance at_first(const Scale& scale) { return {.weight = within(scale, scale.configured)}; }

int target(const Scale& scale, double load) {
    const double full = scale.configured;
    if (load >= 1) return within(scale, std::round(full / load));
    return within(scale, std::round(full + std::max(scale.highest - full, 0.0) * (1 - std::max(load, 0.0))));
}

Balance after_load(Balance balance, double load, const Scale& scale) {
    if (!std::isfinite(load) || load < 0) return balance;
    if (scale.formula == Formula::classic) {
        balance.weight = load == 1 ? balance.weight : classic(scale, balance.weight, load);
    } else {
        balance.smoothed = (balance.smoothed.value_or(load) + load) / 2;
        balance.weight = bounded(scale, balance.weight, *balance.smoothed);
    }
    balance.reason = load_text(load);
    return balance;
}

Balance after_agent(Balance balance, const AgentReply& reply, const Scale& scale) {
    if (reply.percent) {
        const double share = static_cast<double>(scale.configured) * *reply.percent / 100;
        balance.weight = *reply.percent == 0 ? 0 : within(scale, std::max(std::round(share), 1.0));
        balance.reason = "agent: " + std::to_string(*reply.percent) + "%";
    }
    if (reply.wish != AgentWish::none) {
        balance.wish = reply.wish;
        balance.reason = "agent: " + reply.word;
    }
    if (!reply.about.empty()) balance.reason += " (" + reply.about + ")";
    return balance;
}

Balance after_return(Balance balance, TimePoint now) {
    balance.returned = now;
    return balance;
}

int weight_at(const Balance& balance, TimePoint now, const Scale& scale) {
    if (wants_no_clients(balance.wish)) return 0;
    if (!balance.returned || balance.weight == 0 || scale.slow_start.count() == 0) return balance.weight;
    const Duration passed = now - *balance.returned;
    if (passed >= scale.slow_start) return balance.weight;
    const double share =
        static_cast<double>(passed.count()) / static_cast<double>(Duration(scale.slow_start).count());
    return std::max(1, static_cast<int>(balance.weight * std::max(share, 0.0)));
}

std::optional<TimePoint> next_step(const Balance& balance, TimePoint now, const Scale& scale) {
    const int weight = weight_at(balance, now, scale);
    if (!balance.returned || weight == 0 || weight == balance.weight) return std::nullopt;
    const Duration whole = scale.slow_start;
    const double share = (weight + 1.0) / balance.weight;
    const Duration until_it_grows(std::llround(std::ceil(static_cast<double>(whole.count()) * share)));
    const auto due = std::max(*balance.returned + until_it_grows, now + whole / ramp_steps);
    return std::min(due, *balance.returned + whole);
}

}  // namespace pulse::load
