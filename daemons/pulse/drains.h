#pragma once

#include <boost/asio/awaitable.hpp>

#include "pulse/base/result.h"
#include "pulse/director/drain.h"
#include "pulse/runtime/state_store.h"

namespace pulse::daemon {

/// The servers that operators have drained, in a file of the state directory that lvsd reads too: they stay
/// drained whatever is restarted. No file means none.
[[nodiscard]] boost::asio::awaitable<Result<director::Drains>> read_drains(runtime::StateStore& state);
[[nodiscard]] boost::asio::awaitable<Result<void>> write_drains(runtime::StateStore& state,
                                                                director::Drains drains);

/// Keeps who is drained when the blocks of lvs.cf get other names.
[[nodiscard]] boost::asio::awaitable<Result<void>> rename_drains(runtime::StateStore& state,
                                                                 const config::Config& before,
                                                                 const config::Config& after);

}  // namespace pulse::daemon
