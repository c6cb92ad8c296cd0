#pragma once

#include <vector>

#include "pulse/config_file/load.h"

namespace pulse::config_file {

/// Warnings about whatever others than root and the user who asks could change: the file itself, and the
/// programs and files it names.
[[nodiscard]] std::vector<config::Diagnostic> untrusted(const File& file);

/// On what terms a daemon takes a file.
struct Terms {
    bool trust_files = false;  ///< the administrator answers for who may change them
    bool reload = false;       ///< something runs already, which a file that is cut off must not take away
};

/// Whether a daemon should work from a file that has no errors. The error says what stands against it, ready
/// to print or log.
[[nodiscard]] Result<void> acceptable(const File& file, const Terms& terms);

}  // namespace pulse::config_file
