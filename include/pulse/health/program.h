#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "pulse/health/outcome.h"

namespace pulse::health {

/// As much of a program's output as is kept; the rest is read and thrown away.
inline constexpr std::size_t program_output_limit = 64UL * 1024;

/// How a check program ended and what it printed.
struct ProgramRun {
    int status = 0;  ///< exit status, meaningful when `signal` is 0
    int signal = 0;  ///< the signal that killed it, or 0
    std::string output{};
    bool truncated = false;  ///< it printed more than is kept
};

/// Good only when the program exited with 0 and its output, less one line end, is exactly `expect`. Without
/// an expect string the exit status decides. (The original took a program that failed or could not be run for
/// good, and one without an expect string for bad.)
[[nodiscard]] Outcome judge(const ProgramRun& run, const std::optional<std::string>& expect);

}  // namespace pulse::health
