#pragma once

#include <string>

#include <boost/program_options/options_description.hpp>

#include "pulse/base/result.h"
#include "pulse/config_file/check.h"

namespace pulse::config_file {

inline constexpr const char* default_state_directory = "/var/lib/lvs";

/// What a daemon that works from an lvs.cf is told on its command line, whichever it is.
struct DaemonOptions {
    std::string config_file;
    std::string state_directory;  ///< for what must outlive a restart
    bool foreground = false;      ///< stay, and log to standard output
    bool no_fork = false;         ///< stay, but log to syslog: how a parent or systemd starts it
    bool trust_files = false;     ///< whoever may change them
    bool verbose = false;
    bool check = false;  ///< say what there is to say about the file and end
    CheckOptions check_options;
    bool help = false;
    bool usage = false;  ///< the original's other word for help
    bool version = false;
};

/// The rows for these, to which a daemon adds its own.
void add_options(boost::program_options::options_description& description, DaemonOptions& options);

/// Reads a command line into what `description` was made for; the file's path becomes absolute, because a
/// daemon leaves its working directory.
[[nodiscard]] Result<void> parse_options(int argc, const char* const* argv,
                                         const boost::program_options::options_description& description,
                                         DaemonOptions& options);

}  // namespace pulse::config_file
