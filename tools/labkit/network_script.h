#pragma once

#include <string>
#include <string_view>

#include "layout.h"

namespace pulse::lab {

/// The layout as a bash script to be sourced by lab-network: variables that describe it, and the functions
/// lab_make_network, lab_make_services and lab_describe.
[[nodiscard]] std::string network_script(const Layout& layout);

/// `text` as one word of a shell command.
[[nodiscard]] std::string shell_quoted(std::string_view text);

}  // namespace pulse::lab
