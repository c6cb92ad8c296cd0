#pragma once

#include <optional>
#include <string>

#include "pulse/base/time.h"
#include "pulse/health/hysteresis.h"
#include "pulse/health/nanny_command.h"
#include "pulse/health/outcome.h"

namespace pulse::nanny {

/// Whom lines are about: what they need of a NannySpec, which is big where a process has thousands.
struct Subject {
    net::Endpoint server;
    net::Endpoint service;
    std::string program;  ///< that checks it, if one does
};

[[nodiscard]] Subject subject_of(const health::NannySpec& spec);

/// "starting LVS client monitor for 10.0.0.100:80 -> 10.0.0.7:80"
[[nodiscard]] std::string start_line(const Subject& subject);

/// The original's line for a failed check, where it has one.
[[nodiscard]] std::optional<std::string> failure_line(const Subject& subject, const health::Outcome& outcome);

/// The original's line for a server that comes or goes; it has none for one that is down from the beginning.
[[nodiscard]] std::optional<std::string> original_change_line(const Subject& subject,
                                                              const health::Change& change);

/// Ours, with both ends and the reason: "real server 10.0.0.7:80 up -> down (read timed out)".
[[nodiscard]] std::string change_line(const Subject& subject, const health::Change& change, long failures);

/// "real server 10.0.0.7:80 stays out for 40 s at least: it keeps failing"
[[nodiscard]] std::string hold_line(const Subject& subject, Duration hold);

/// "real server 10.0.0.7:80 stays unknown: cannot check: Permission denied"
[[nodiscard]] std::string blind_line(const Subject& subject, const health::Outcome& outcome,
                                     health::Verdict verdict);

/// "real server 10.0.0.7:80 is forgiven by an operator"
[[nodiscard]] std::string forgiven_line(const Subject& subject);

/// The original's line for a load that could not be read, with the server.
[[nodiscard]] std::string load_failure_line(const health::NannySpec& spec);

}  // namespace pulse::nanny
