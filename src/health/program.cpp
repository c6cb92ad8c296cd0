#include "pulse/health/program.h"

#include <string_view>

namespace pulse::health {

Outcome judge(const ProgramRun& run, const std::optional<std::string>& expect) {
    if (run.signal != 0) return {.reason = Reason::program_killed, .number = run.signal};
    if (run.status != 0) return {.reason = Reason::program_exited, .number = run.status};
    if (!expect) return {};
    std::string_view printed(run.output);
    if (printed.ends_with('\n')) printed.remove_suffix(1);
    if (run.truncated || printed != *expect) return {.reason = Reason::program_differs};
    return {};
}

}  // namespace pulse::health
