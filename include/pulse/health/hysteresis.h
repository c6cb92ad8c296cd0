#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "pulse/base/time.h"
#include "pulse/health/outcome.h"
#include "pulse/health/report.h"

namespace pulse::health {

/// An operator's override of the checks: rose-coloured = up, opaque = down, whatever the checks say.
enum class Glasses { none, rose_coloured, opaque };

/// How many checks it takes to change a verdict, and when the next one is due.
struct Pace {
    std::chrono::milliseconds interval{10'000};
    std::chrono::milliseconds retry_interval{10'000};  ///< while a failure is not yet believed
    long long rise = 0;                                ///< good checks in a row that a failed server needs
    long long fall = 1;                                ///< failed checks in a row that it takes to be down
    std::chrono::milliseconds hold_down{0};            ///< see `Standing::hold`; 0: never

    friend bool operator==(const Pace&, const Pace&) = default;
};

/// The original's rule for `rise`: `reentry` divided by `interval`, rounded down: 10 s and 180 s make 18.
[[nodiscard]] long long rise_of(std::chrono::milliseconds interval, std::chrono::milliseconds reentry);

/// Where a real server stands between its checks.
struct Standing {
    Verdict verdict = Verdict::unknown;
    long long good = 0;  ///< good checks in a row
    long long bad = 0;   ///< failed checks in a row
    Glasses glasses = Glasses::none;

    /// A server that fails again soon after its return is held down: good checks bring it back only after
    /// `hold_down`, then twice that, up to `longest_hold` times that. One that stays up ten times
    /// `hold_down`, and twice as long as it was last held, is forgiven.
    Duration hold{};          ///< how long it is, or was last, held; 0: it is in good odour
    int flaps = 0;            ///< times in a row that it failed so soon after its return
    TimePoint held_until{};   ///< while down
    TimePoint returned{};     ///< when it came up after a failure
    bool has_failed = false;  ///< it was up once, and has failed since then; else its first good check admits

    friend bool operator==(const Standing&, const Standing&) = default;
};

/// The longest time a server is held down, in multiples of `hold_down`.
inline constexpr int longest_hold = 64;

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

/// After a check that ended at `now`: `fall` failed ones in a row are down, `rise` good ones up again. One
/// that was never up is admitted by its first good check, however many have failed before: it may have
/// started later than we. Under glasses nothing counts, and a check that this machine could not even try
/// (`local_failure`) never does.
[[nodiscard]] Transition step(Standing standing, const Outcome& outcome, TimePoint now, const Pace& pace);

/// Puts glasses on, or takes them off: the verdict then stays until the next check, which alone decides, and
/// nothing is held against the server any more.
[[nodiscard]] Transition wear(Standing standing, Glasses glasses);

/// How much longer it is held down for at `now`, whatever its checks say; 0 if it is not.
[[nodiscard]] Duration held_for(const Standing& standing, TimePoint now);

/// How soon one that is down is up again if its checks go on passing; 0 unless its last one did.
[[nodiscard]] Duration back_in(const Standing& standing, TimePoint now, const Pace& pace);

/// With nothing held against it any more: the next good check admits it.
[[nodiscard]] Standing forgiven(Standing standing);

/// The pause before the next check: `retry_interval` while a failure awaits confirmation, else `interval`.
[[nodiscard]] Duration pause_after(const Standing& standing, const Pace& pace);

/// The longest that a server which breaks goes unnoticed: its next check is a whole `interval` away and takes
/// `limit`, and so does each that confirms it. Those that break together are found down within this time of
/// each other.
[[nodiscard]] Duration longest_unnoticed(const Pace& pace, std::chrono::milliseconds limit);

/// The pause after the very first check, within (0, interval]: all first checks are done at once, and the
/// rest must not be. `identity` is the same for the same check, so that a restart does not shuffle them.
[[nodiscard]] Duration spread(std::chrono::milliseconds interval, std::uint64_t identity);

}  // namespace pulse::health
