#pragma once

#include <string>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/config/config.h"

namespace pulse::config_file {

/// Where the original keeps it.
inline constexpr const char* default_path = "/etc/sysconfig/ha/lvs.cf";

/// An lvs.cf from disk and what there is to say about it.
struct Loaded {
    config::Config config;
    std::vector<std::string> warnings;  ///< formatted, each with line and caret
};

/// Reads an lvs.cf, asking this system's resolver and services database for names. The error's context is the
/// whole report, ready to print: every diagnostic, not just the first.
[[nodiscard]] Result<Loaded> load(const std::string& path);

}  // namespace pulse::config_file
