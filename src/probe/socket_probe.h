#pragma once

#include <boost/asio/awaitable.hpp>

#include "pulse/base/time.h"
#include "pulse/health/check.h"
#include "pulse/probe/run.h"

namespace pulse::probe {

/// Connect, perhaps TLS, and talk; every step under the one deadline.
[[nodiscard]] boost::asio::awaitable<health::Outcome> probe_socket(const health::SocketCheck& check,
                                                                   TimePoint deadline, const Trace& trace);

}  // namespace pulse::probe
