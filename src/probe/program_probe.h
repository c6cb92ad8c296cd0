#pragma once

#include <boost/asio/awaitable.hpp>

#include "pulse/base/time.h"
#include "pulse/health/check.h"

namespace pulse::probe {

/// Runs the program with its standard output in a pipe; kills its process group when the deadline comes
/// first.
[[nodiscard]] boost::asio::awaitable<health::Outcome> probe_program(const health::ProgramCheck& check,
                                                                    TimePoint deadline);

}  // namespace pulse::probe
