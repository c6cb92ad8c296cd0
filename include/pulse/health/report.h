#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "pulse/base/fields.h"

namespace pulse::health {

/// What a nanny says of its real server. `unknown` until the first check has ended: neither up nor down.
enum class Verdict { unknown, up, down };

/// "unknown", "up", "down"
[[nodiscard]] std::string_view name(Verdict verdict);

/// The largest weight that is believed: the kernel multiplies weights with connection counts in 32 bits.
inline constexpr int largest_weight = 65'535;

/// The longest reason that is believed, in bytes: a message between processes has only so much room.
inline constexpr std::size_t longest_reason = 300;

/// One verdict of one nanny, as it travels to lvsd: when it changes, and when lvsd asks.
struct Report {
    std::string check{};  ///< which of its checks, when it has several; else empty
    Verdict verdict = Verdict::unknown;
    /// Why it is down, in the words of the log, one printable line; of one that is not down, why this machine
    /// cannot check it now. Empty if there is nothing to say.
    std::string reason{};
    std::optional<int> weight{};  ///< what its load or its return asks for; else the configured one
    std::string weight_reason{};  ///< "load 2.5", "agent says drain"; empty without a weight
    std::optional<std::chrono::microseconds> latency{};  ///< what the last check took
    std::chrono::milliseconds held{0};  ///< held down for so much longer, because it keeps failing
    std::chrono::milliseconds back{0};  ///< well again, and up in so much time if it stays so
    int flaps = 0;                      ///< times in a row that it failed soon after its return

    friend bool operator==(const Report&, const Report&) = default;
};

[[nodiscard]] Fields to_fields(const Report& report);

/// nullopt for a message that is not a report.
[[nodiscard]] std::optional<Report> report_from(const Fields& fields);

}  // namespace pulse::health
