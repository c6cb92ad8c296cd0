#pragma once

#include <chrono>
#include <string>

#include "pulse/base/fields.h"
#include "pulse/base/result.h"

namespace pulse::control {

/// Where pulse listens for pulsectl.
inline constexpr const char* default_socket = "/run/lvs/pulse.sock";

/// Sends one request to the pulse behind a socket and waits for its answer, at most `patience`. The error
/// says what to do when nobody is there.
[[nodiscard]] Result<Fields> ask(const std::string& path, const Fields& request,
                                 std::chrono::seconds patience = std::chrono::seconds(30));

}  // namespace pulse::control
