#pragma once

#include "pulse/config/read.h"

namespace pulse::config_file {

/// Adds what this machine is asked while a file is read.
void ask_this_machine(config::Lookups& lookups);

}  // namespace pulse::config_file
