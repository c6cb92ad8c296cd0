#pragma once

#include "pulse/health/check.h"
#include "pulse/health/nanny_command.h"

namespace pulse::nanny {

/// One check for people: prints how it went, with `spec.verbose` step by step and with times. The exit
/// status: 0 if the server is well, else 1.
[[nodiscard]] int check_once(const health::NannySpec& spec, const health::CheckSpec& check);

}  // namespace pulse::nanny
