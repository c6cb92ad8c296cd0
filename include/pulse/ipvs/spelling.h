#pragma once

#include <string>

#include "pulse/ipvs/plan.h"

namespace pulse::ipvs {

/// The ipvsadm(8) command that makes the same change, without the program's name, as `ipvsadm -S -n` writes
/// what it saves: "-a -t 10.0.0.10:80 -r 10.0.1.11:80 -m -w 1".
[[nodiscard]] std::string spelling(const Step& step);

}  // namespace pulse::ipvs
