#pragma once

#include <string>

#include "pulse/base/result.h"
#include "pulse/config_file/options.h"

namespace pulse::lvsd {

struct Options : config_file::DaemonOptions {
    std::string nanny;        ///< program started for each real server
    int nanny_patience = 60;  ///< s; a nanny that says nothing for so long when asked is replaced
    int nannies = 1'000'000;  ///< no more processes than there are descriptors for
    bool test_start = false;  ///< say what would be done and end
    bool plan = false;        ///< print the steps to the table of the file, and end
    bool remove = false;      ///< take the services of the file out of the table and end
};

[[nodiscard]] Result<Options> parse_options(int argc, const char* const* argv);

[[nodiscard]] std::string help_text();

}  // namespace pulse::lvsd
