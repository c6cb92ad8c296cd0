#pragma once

#include <string>

#include "pulse/ipvs/naming.h"
#include "pulse/ipvs/plan.h"

namespace pulse::ipvs {

/// The ipvsadm(8) command that makes the same change, without the program's name, as `ipvsadm -S` writes
/// what it saves: "-a -t 10.0.0.10:80 -r 10.0.1.11:80 -m -w 1". Version 1.31 reads it too.
[[nodiscard]] std::string spelling(const Step& step, const Naming& naming = {});

/// The lines of `ipvsadm -S`: one for each service and server. Unlike the original's they keep thresholds.
[[nodiscard]] std::string saved(const Dump& dump, const Naming& naming = {});

}  // namespace pulse::ipvs
