#include "pulse/health/refusal.h"

#include <utility>

namespace pulse::health {

Weighed weigh_silence(Outcome outcome, std::optional<TimePoint> refused, TimePoint now) {
    if (outcome.reason == Reason::connect_refused || outcome.reason == Reason::connect_failed) refused = now;
    if (!outcome.good()) return {.outcome = std::move(outcome), .refused = refused};
    const bool doubtful = outcome.silent && refused && now - *refused < silence_believed;
    if (!doubtful) return {.outcome = std::move(outcome)};
    return {.outcome = {.reason = Reason::silent_since_refused}, .refused = refused};
}

Duration uneven(Duration pause, std::uint64_t random) {
    constexpr std::uint64_t parts = 1024;
    return pause - pause / 4 * static_cast<Duration::rep>(random % parts) / static_cast<Duration::rep>(parts);
}

bool silence_counts(const Outcome& outcome) {
    return outcome.silent || outcome.reason == Reason::silent_since_refused;
}

}  // namespace pulse::health
