#pragma once

#include <string>

namespace pulse::config_file {

struct CheckOptions {
    bool strict = false;  ///< warnings count
    bool json = false;    ///< for programs instead of people
};

/// What to print about a file, and the exit status: 0 fine, 1 warnings when strict, 2 errors or not readable.
struct Verdict {
    int status = 0;
    std::string text;
};

/// Reads the file and says everything there is to say about it: `pulsectl check`, `pulse --check`, `lvsd
/// --check`. As JSON: {"file", "verdict", "errors", "warnings", "diagnostics": [{"severity", "line",
/// "column", "text", "hint"}]}, where line and column count from 1 and are left out if it is about the file
/// as a whole.
[[nodiscard]] Verdict check(const std::string& path, const CheckOptions& options);

/// The same onto standard output; gives the exit status.
[[nodiscard]] int show_check(const std::string& path, const CheckOptions& options);

}  // namespace pulse::config_file
