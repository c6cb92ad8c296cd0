#pragma once

#include "pulse/ipvs/table.h"

namespace pulse::bench {

/// Fills an empty table the way a minimal program would: every request made beforehand, one socket, one
/// request at a time and its acknowledgement. Returns the seconds that took; negative if it could not be
/// done.
[[nodiscard]] double bare_netlink_load(const ipvs::Table& table);

}  // namespace pulse::bench
