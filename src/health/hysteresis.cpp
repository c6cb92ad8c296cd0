#include "pulse/health/hysteresis.h"

#include <utility>

namespace pulse::health {

namespace {

Transition moved(Standing standing, Verdict to, std::string reason) {
    const auto from = std::exchange(standing.verdict, to);
    if (from == to) return {.standing = standing, .change = std::nullopt};
    return {.standing = standing, .change = Change{.from = from, .to = to, .reason = std::move(reason)}};
}

}  // namespace

Standing newcomer(std::chrono::milliseconds interval, std::chrono::milliseconds reentry) {
    const auto threshold = interval.count() > 0 ? reentry / interval : 0;
    return {.threshold = threshold, .good = threshold};
}

Transition step(Standing standing, const Outcome& outcome) {
    // A director out of descriptors or ports must not empty its own table: what could not be tried says
    // nothing.
    if (standing.glasses != Glasses::none || outcome.reason == Reason::local_failure)
        return {.standing = standing, .change = std::nullopt};
    if (!outcome.good()) {
        standing.good = 0;
        return moved(standing, Verdict::down, text(outcome));
    }
    // Counting stops one past the threshold: nothing asks further, and a year of checks cannot overflow.
    if (standing.good <= standing.threshold) ++standing.good;
    return moved(standing, standing.good >= standing.threshold ? Verdict::up : standing.verdict, "");
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
    standing.good = standing.threshold;
    return {.standing = standing, .change = std::nullopt};
}

}  // namespace pulse::health
