#pragma once

#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "pulse/base/result.h"
#include "pulse/base/time.h"
#include "pulse/health/check.h"
#include "pulse/health/outcome.h"

namespace pulse::probe {

/// Hears what a check does, step by step, for people.
using Trace = std::function<void(const std::string& step)>;

/// Does one check and says how it went, at `deadline` at the latest. Holds no descriptor and no process
/// afterwards; a program still running is killed with its descendants, also when the coroutine is destroyed
/// midway.
[[nodiscard]] boost::asio::awaitable<health::Outcome> run(health::CheckSpec check, TimePoint deadline,
                                                          Trace trace = {});

/// Reads the files that the check will need, so that it can run where no file can be opened any more: the
/// certificates of authorities. An error says why every check would fail.
[[nodiscard]] Result<void> prepare(const health::CheckSpec& check);

/// Whether this program speaks TLS: whether it is linked with pulse::probe_tls, or with pulse::probe_no_tls.
/// Without it a check that needs TLS is a local failure.
[[nodiscard]] bool speaks_tls();

}  // namespace pulse::probe
