#pragma once

#include <string>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "pulse/base/time.h"
#include "pulse/health/check.h"
#include "pulse/health/program.h"
#include "pulse/probe/run.h"

namespace pulse::probe {

/// How a program ended and what it printed, or why it did not run to its end.
using ProgramResult = std::variant<health::ProgramRun, health::Outcome>;

/// Runs a program with its standard output in a pipe, in an environment of its own; kills it with its
/// descendants when the deadline comes first.
[[nodiscard]] boost::asio::awaitable<ProgramResult> run_program(const std::vector<std::string>& words,
                                                                TimePoint deadline, const Trace& trace);

/// The same, judged.
[[nodiscard]] boost::asio::awaitable<health::Outcome> probe_program(const health::ProgramCheck& check,
                                                                    TimePoint deadline, const Trace& trace);

}  // namespace pulse::probe
