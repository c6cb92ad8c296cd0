#pragma once

#include <string>

#include "pulse/base/result.h"
#include "pulse/config_file/options.h"

namespace pulse::daemon {

struct Options : config_file::DaemonOptions {
    std::string lvsd;    ///< program that keeps the IPVS table
    std::string fos;     ///< the original's program for failover services, which are not run
    std::string socket;  ///< where pulsectl finds this pulse
    std::string nanny;   ///< handed on to lvsd; empty: its own default
    bool force_active = false;
    bool test_start = false;  ///< say what would be done and end
    bool clean_up = false;    ///< take away the addresses that a dead pulse has left, and end
    bool no_run = false;      ///< the same, by its other name
};

[[nodiscard]] Result<Options> parse_options(int argc, const char* const* argv);

[[nodiscard]] std::string help_text();

}  // namespace pulse::daemon
