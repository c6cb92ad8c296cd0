#pragma once

#include <string>

#include "pulse/base/result.h"

namespace pulse::runtime {

/// The whole content of a file.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

/// What is left to read of an open file; `path` is what an error calls it.
[[nodiscard]] Result<std::string> read_to_end(int file, const std::string& path);

/// Writes "PID\n" for init scripts and monitoring.
[[nodiscard]] Result<void> write_pid_file(const std::string& path);

/// Removes a file; one that is already gone is no concern.
void remove_file(const std::string& path);

/// The directory the running program was started from, so that its siblings can be found before they are
/// installed.
[[nodiscard]] std::string program_directory();

}  // namespace pulse::runtime
