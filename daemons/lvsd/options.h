#pragma once

#include <string>

#include "pulse/base/result.h"

namespace pulse::lvsd {

struct Options {
    std::string config_file;
    std::string nanny;        ///< program started for each real server
    bool foreground = false;  ///< stay, and log to standard output
    bool no_fork = false;     ///< stay, but log to syslog: how pulse starts us
    bool verbose = false;
    bool test_start = false;  ///< say what would be done and end
    bool remove = false;      ///< take the services of the file out of the table and end
    bool help = false;
    bool version = false;
};

[[nodiscard]] Result<Options> parse_options(int argc, const char* const* argv);

[[nodiscard]] std::string help_text();

}  // namespace pulse::lvsd
