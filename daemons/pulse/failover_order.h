#pragma once

#include <optional>
#include <string>

#include "pulse/base/result.h"
#include "pulse/failover/machine.h"

namespace pulse::daemon {

/// What has become of an operator's order to move the role, given by the router that had it or by the one
/// that did not; nullopt: it is not decided yet. Only the router that gets the role can say that it has it.
[[nodiscard]] std::optional<Result<std::string>> outcome_of_order(bool had_role,
                                                                  const failover::State& state);

/// What to say when it is still not decided, and nobody waits any longer.
[[nodiscard]] std::string undecided(bool had_role, const failover::State& state);

}  // namespace pulse::daemon
