#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pulse/base/fields.h"

namespace pulse::health {

/// What a nanny says of its real server. `unknown` until the first check has ended: neither up nor down.
enum class Verdict { unknown, up, down };

/// "unknown", "up", "down"
[[nodiscard]] std::string_view name(Verdict verdict);

/// One verdict of one nanny, as it travels to lvsd.
struct Report {
    Verdict verdict = Verdict::unknown;
    std::string reason;  ///< why, in the words of the log; empty for up

    friend bool operator==(const Report&, const Report&) = default;
};

[[nodiscard]] Fields to_fields(const Report& report);

/// nullopt for a message that is not a report.
[[nodiscard]] std::optional<Report> report_from(const Fields& fields);

}  // namespace pulse::health
