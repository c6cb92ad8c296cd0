#pragma once

#include <optional>

#include "pulse/config/config.h"
#include "pulse/ipvs/connections.h"
#include "pulse/ipvs/sync_message.h"

namespace pulse::failover {

/// A connection as the partner is to know it, so that it goes on there: one of TCP or UDP of a service of
/// this lvs.cf that is not over. nullopt: it is none of those; a persistence template, which the kernel tells
/// itself.
[[nodiscard]] std::optional<ipvs::SyncedConnection> to_tell(const ipvs::Connection& connection,
                                                            const config::Config& config);

}  // namespace pulse::failover
