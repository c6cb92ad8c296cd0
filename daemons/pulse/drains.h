#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "pulse/base/result.h"
#include "pulse/config/config.h"
#include "pulse/director/drain.h"
#include "pulse/runtime/state_store.h"

#include "lvsd_link.h"

namespace pulse::daemon {

/// The servers that operators have drained, as they were left in the state directory. No file means none.
[[nodiscard]] Result<director::Drains> read_drains(const runtime::StateStore& store);

/// The servers that operators have drained: remembered in the state directory, so that they stay drained
/// whatever is restarted, and told to lvsd.
class DrainList {
  public:
    DrainList(runtime::StateStore& store, LvsdLink& lvsd) : store_(store), lvsd_(lvsd) {}

    /// Drains the servers that VIRTUAL/SERVER means, or takes that back; says whom that concerned. An error
    /// says whether it was at least remembered.
    boost::asio::awaitable<Result<std::string>> change(director::Drains& drains, const config::Config& config,
                                                       std::string servers, bool on);

    /// Puts others in the place of those remembered. On error these are still remembered.
    boost::asio::awaitable<Result<void>> remember(director::Drains drains);

  private:
    runtime::StateStore& store_;
    LvsdLink& lvsd_;
    bool writing_ = false;
};

/// A line each.
[[nodiscard]] std::string listed(const director::Drains& drains);

}  // namespace pulse::daemon
