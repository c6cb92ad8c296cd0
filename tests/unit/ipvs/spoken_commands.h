#pragma once

#include <string>
#include <string_view>

#include "pulse/ipvs/command_line.h"

namespace pulse::ipvs {

/// What a line asks for, as text, or "refused (STATUS): TEXT". Words are split at blanks; '' is an empty
/// word. The names that can be looked up: the hosts www (10.0.0.80) and v6host, the services http of TCP (80)
/// and domain of UDP (53).
[[nodiscard]] std::string asked(std::string_view line);

}  // namespace pulse::ipvs
