#pragma once

#include <boost/asio/awaitable.hpp>

#include "pulse/base/time.h"
#include "pulse/health/check.h"
#include "pulse/probe/run.h"

namespace pulse::probe {

/// Runs the program with its standard output in a pipe, in an environment of its own; kills it with its
/// descendants when the deadline comes first.
[[nodiscard]] boost::asio::awaitable<health::Outcome> probe_program(const health::ProgramCheck& check,
                                                                    TimePoint deadline, const Trace& trace);

}  // namespace pulse::probe
