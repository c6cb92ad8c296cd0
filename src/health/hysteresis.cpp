#include "pulse/health/hysteresis.h"

#include <algorithm>
#include <utility>

namespace pulse::health {

namespace {

Transition moved(Standing standing, Verdict to, std::string reason) {
    const auto from = std::exchange(standing.verdict, to);
    if (from == to) return {.standing = standing, .change = std::nullopt};
    return {.standing = standing, .change = Change{.from = from, .to = to, .reason = std::move(reason)}};
}

/// How long a server that fails at `now` is to be held down.
Duration hold_after(const Standing& standing, TimePoint now, const Pace& pace) {
    const Duration first = pace.hold_down;
    const bool returned_before = standing.verdict == Verdict::up && standing.has_failed;
    const auto forgiven_after = std::max(10 * first, 2 * standing.hold);
    if (!returned_before || now - standing.returned >= forgiven_after) return Duration::zero();
    return std::min(std::max(first, 2 * standing.hold), longest_hold * first);
}

Transition failed(Standing standing, const Outcome& outcome, TimePoint now, const Pace& pace) {
    standing.bad = std::min(standing.bad + 1, pace.fall);
    if (standing.bad < pace.fall && standing.verdict != Verdict::down)
        return {.standing = standing, .change = {}};
    standing.good = 0;
    if (standing.verdict == Verdict::up) {
        standing.hold = hold_after(standing, now, pace);
        standing.held_until = now + standing.hold;
        standing.flaps = standing.hold.count() > 0 ? standing.flaps + 1 : 0;
        standing.has_failed = true;
    }
    return moved(std::move(standing), Verdict::down, text(outcome));
}

Transition passed(Standing standing, TimePoint now, const Pace& pace) {
    standing.bad = 0;
    // Counting stops one past the threshold: nothing asks further, and a year of checks cannot overflow.
    if (standing.good <= pace.rise) ++standing.good;
    const bool admitted = !standing.has_failed || (standing.good >= pace.rise && now >= standing.held_until);
    if (!admitted || standing.verdict == Verdict::up) return {.standing = standing, .change = {}};
    standing.returned = now;
    return moved(std::move(standing), Verdict::up, "");
}

}  // namespace

long long rise_of(std::chrono::milliseconds interval, std::chrono::milliseconds reentry) {
    return interval.count() > 0 ? reentry / interval : 0;
}

Transition step(Standing standing, const Outcome& outcome, TimePoint now, const Pace& pace) {
    // A director out of descriptors or ports must not empty its own table: what could not be tried says
    // nothing.
    if (standing.glasses != Glasses::none || outcome.reason == Reason::local_failure)
        return {.standing = standing, .change = std::nullopt};
    return outcome.good() ? passed(standing, now, pace) : failed(standing, outcome, now, pace);
}

Transition wear(Standing standing, Glasses glasses) {
    standing.glasses = glasses;
    switch (glasses) {
        case Glasses::rose_coloured:
            return moved(standing, Verdict::up, "");
        case Glasses::opaque:
            return moved(standing, Verdict::down, text({.reason = Reason::forced_down}));
        case Glasses::none:
            break;
    }
    return {.standing = {.verdict = standing.verdict}, .change = std::nullopt};
}

Duration held_for(const Standing& standing, TimePoint now) {
    const bool held = standing.verdict == Verdict::down && standing.glasses == Glasses::none;
    return held ? std::max(standing.held_until - now, Duration::zero()) : Duration::zero();
}

Duration back_in(const Standing& standing, TimePoint now, const Pace& pace) {
    const bool waits = standing.verdict == Verdict::down && standing.glasses == Glasses::none &&
                       standing.bad == 0 && standing.good > 0;
    if (!waits) return Duration::zero();
    const auto missing = std::max(pace.rise - standing.good, 0LL);
    return std::max<Duration>(missing * pace.interval, held_for(standing, now));
}

Standing forgiven(Standing standing) {
    standing.hold = Duration::zero();
    standing.held_until = {};
    standing.flaps = 0;
    standing.has_failed = false;
    return standing;
}

Duration pause_after(const Standing& standing, const Pace& pace) {
    const bool in_doubt = standing.bad > 0 && standing.verdict != Verdict::down;
    return in_doubt ? pace.retry_interval : pace.interval;
}

Duration longest_unnoticed(const Pace& pace, std::chrono::milliseconds limit) {
    return pace.interval + limit + (pace.fall - 1) * (pace.retry_interval + limit);
}

Duration spread(std::chrono::milliseconds interval, std::uint64_t identity) {
    // Fibonacci hashing: identities that differ in little end far apart.
    constexpr std::uint64_t golden = 0x9e3779b97f4a7c15U;
    constexpr std::int64_t parts = 1 << 16;
    const auto part = static_cast<std::int64_t>((identity * golden) >> 48U) + 1;
    return Duration(interval) / parts * part;
}

}  // namespace pulse::health
