#pragma once

#include <string>

#include "pulse/base/result.h"

namespace pulse::daemon {

struct Options {
    std::string config_file;
    std::string lvsd;         ///< program that keeps the IPVS table
    std::string nanny;        ///< handed on to lvsd; empty: its own default
    bool foreground = false;  ///< stay, and log to standard output
    bool no_fork = false;     ///< stay, but log to syslog: how systemd starts us
    bool verbose = false;
    bool force_active = false;
    bool test_start = false;  ///< say what would be done and end
    bool no_run = false;      ///< the same, by its other name
    bool help = false;
    bool version = false;
};

[[nodiscard]] Result<Options> parse_options(int argc, const char* const* argv);

[[nodiscard]] std::string help_text();

}  // namespace pulse::daemon
