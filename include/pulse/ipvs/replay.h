#pragma once

#include "pulse/ipvs/plan.h"

namespace pulse::ipvs {

/// Does to a table what the kernel does for a step. The errno the kernel refuses with is returned, 0 for
/// success. What only the kernel can know is not judged: which schedulers there are, which addresses are
/// unicast.
int replay(Table& table, const Step& step);

}  // namespace pulse::ipvs
