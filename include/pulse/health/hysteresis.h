#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "pulse/health/outcome.h"
#include "pulse/health/report.h"

namespace pulse::health {

/// An operator's override of the checks: rose-coloured = up, opaque = down, whatever the checks say.
enum class Glasses { none, rose_coloured, opaque };

/// Where a real server stands between its checks.
struct Standing {
    Verdict verdict = Verdict::unknown;
    long long threshold = 0;  ///< good checks in a row that a failed server needs
    long long good = 0;       ///< good checks in a row; begins at the threshold, so that the first one admits
    Glasses glasses = Glasses::none;

    friend bool operator==(const Standing&, const Standing&) = default;
};

/// A verdict that changed.
struct Change {
    Verdict from = Verdict::unknown;
    Verdict to = Verdict::unknown;
    std::string reason{};  ///< why it is down; empty for up

    friend bool operator==(const Change&, const Change&) = default;
};

struct Transition {
    Standing standing;
    std::optional<Change> change;
};

/// Before the first check. The threshold is `reentry` divided by `interval`, rounded down: 10 s and 180 s
/// make 18.
[[nodiscard]] Standing newcomer(std::chrono::milliseconds interval, std::chrono::milliseconds reentry);

/// After a check: one failure is down; `threshold` good ones in a row are up. Under glasses nothing counts,
/// and a check that this machine could not even try (`local_failure`) never does.
[[nodiscard]] Transition step(Standing standing, const Outcome& outcome);

/// Puts glasses on, or takes them off: the verdict then stays until the next check, which alone decides.
[[nodiscard]] Transition wear(Standing standing, Glasses glasses);

}  // namespace pulse::health
