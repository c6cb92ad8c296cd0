#pragma once

#include <boost/asio/awaitable.hpp>

#include "pulse/base/time.h"
#include "pulse/health/check.h"
#include "pulse/health/outcome.h"

namespace pulse::probe {

/// Does one check and says how it went, at `deadline` at the latest. Holds no descriptor and no process
/// afterwards; a program still running is killed with its whole process group, also when the coroutine is
/// destroyed midway.
[[nodiscard]] boost::asio::awaitable<health::Outcome> run(health::CheckSpec check, TimePoint deadline);

}  // namespace pulse::probe
