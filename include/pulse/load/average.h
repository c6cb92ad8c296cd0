#pragma once

#include <optional>
#include <string_view>

namespace pulse::load {

/// The one-minute load average in what uptime(1), rup(1) or a program of the operator's printed: the first
/// number after the first ':' after the first "load". A comma that is followed by a digit is a decimal comma,
/// as some locales write it. nullopt when there is none.
[[nodiscard]] std::optional<double> load_average(std::string_view printed);

}  // namespace pulse::load
