#pragma once

#include <cstdint>
#include <optional>

#include "pulse/base/time.h"
#include "pulse/health/outcome.h"

namespace pulse::health {

/// What silence is worth where silence is good (UDP that expects no answer), once there was a refusal. A host
/// says "port unreachable" only so often: Linux once a second to one asker, for all its ports together, so
/// that a dead server among several is refused now and then, and hears nothing in between.
///
/// Once refused, it takes an answer, or silence for `silence_believed`, which many checks in a row are that
/// each had its chance to be refused.
inline constexpr auto silence_believed = std::chrono::seconds(60);

/// A check's outcome in the light of those before it.
struct Weighed {
    Outcome outcome;
    std::optional<TimePoint> refused{};  ///< when it last was, as long as that counts

    friend bool operator==(const Weighed&, const Weighed&) = default;
};

/// After a check that ended at `now`; `refused` is what the one before left.
[[nodiscard]] Weighed weigh_silence(Outcome outcome, std::optional<TimePoint> refused, TimePoint now);

/// A pause that differs from time to time where silence is good: between three quarters and the whole of
/// `pause`, as `random` has it. Checks of several ports of one host would otherwise keep their order, and the
/// same one would always take the refusal of that second.
[[nodiscard]] Duration uneven(Duration pause, std::uint64_t random);

/// Whether the next pause should be uneven.
[[nodiscard]] bool silence_counts(const Outcome& outcome);

}  // namespace pulse::health
