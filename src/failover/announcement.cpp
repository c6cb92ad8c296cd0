#include "pulse/failover/announcement.h"

#include <algorithm>

namespace pulse::failover {

namespace {

constexpr Duration second = std::chrono::seconds(1);

/// That many go at once whatever the rate, so that few addresses are told in one go, and the loop is not
/// woken for every frame.
constexpr std::size_t burst = 16;

/// How many of a sweep may have been told `elapsed` after its beginning.
std::size_t allowance(Duration elapsed, int rate) {
    return static_cast<std::size_t>(elapsed * rate / second) + burst;
}

/// When a burst may follow the first `told` of a sweep.
TimePoint time_of_burst(std::size_t told, TimePoint sweep_began, int rate) {
    return sweep_began + second * static_cast<Duration::rep>(told) / rate;
}

}  // namespace

AnnouncementStep next_step(const Announcement& at, std::size_t addresses, TimePoint now,
                           const AnnouncementSettings& settings) {
    AnnouncementStep step{.first = at.next, .sweep = at.sweep, .then = at, .wake_at = at.sweep_began};
    if (now < at.sweep_began) return step;
    const int rate = at.round == 0 && at.sweep == 0 ? settings.urgent_rate : settings.calm_rate;
    // What begins late begins now: nothing is made up for.
    if (at.next == 0) step.then.sweep_began = now;
    if (at.next == 0 && at.sweep == 0) step.then.round_began = now;
    const auto allowed = std::min(allowance(now - step.then.sweep_began, rate), addresses);
    step.count = std::min(allowed > at.next ? allowed - at.next : 0, max_announced_at_once);
    step.then.next += step.count;
    step.wake_at = time_of_burst(step.then.next, step.then.sweep_began, rate);
    if (step.then.next < addresses) return step;

    step.then.next = 0;
    step.then.sweep = 1 - at.sweep;
    step.then.sweep_began = now;
    step.wake_at = now;
    if (step.then.sweep != 0) return step;
    ++step.then.round;
    step.finished = step.then.round == settings.repeat;
    const bool refreshing = step.then.round >= settings.repeat;
    step.over = refreshing && settings.refresh <= Duration{0};
    step.then.round_began =
        std::max(step.then.round_began + (refreshing ? settings.refresh : settings.interval), now);
    step.then.sweep_began = step.then.round_began;
    step.wake_at = step.over ? TimePoint::max() : step.then.round_began;
    return step;
}

TimePoint QueuePatience::full(TimePoint now) {
    constexpr Duration shortest = std::chrono::milliseconds(2);
    if (!full_since_) full_since_ = now;
    pause_ = pause_ == Duration{0} ? shortest : std::min(2 * pause_, second);
    stuck_ = now - *full_since_ >= second;
    return now + pause_;
}

}  // namespace pulse::failover
