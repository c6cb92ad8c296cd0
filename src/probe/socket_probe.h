#pragma once

#include <boost/asio/awaitable.hpp>

#include "pulse/base/time.h"
#include "pulse/health/check.h"

namespace pulse::probe {

/// Connect, send, expect; every step under the one deadline.
[[nodiscard]] boost::asio::awaitable<health::Outcome> probe_socket(const health::SocketCheck& check,
                                                                   TimePoint deadline);

}  // namespace pulse::probe
