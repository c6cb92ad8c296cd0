#pragma once

#include <cstddef>
#include <string>

#include "pulse/base/result.h"

namespace pulse::runtime {

/// No file that we read is anywhere near as large; what is, is not what it is taken for.
inline constexpr std::size_t longest_file = std::size_t{16} * 1024 * 1024;

/// The whole content of a regular file. A FIFO, a device, a directory or a file of more than `longest_file`
/// bytes is an error that says so; none of them can hold us. What a file of a dead network mount can:
/// `within` and `in_a_thread` limit that.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

/// What is left to read of an open file; `path` is what an error calls it. More than `longest_file` is an
/// error.
[[nodiscard]] Result<std::string> read_to_end(int file, const std::string& path);

/// An error that says what is there instead, if it is no regular file: "PATH is a FIFO, not a file".
[[nodiscard]] Result<void> must_be_regular(int file, const std::string& path);

/// Writes "PID\n" for init scripts and monitoring, to be read by everybody whatever the umask is.
[[nodiscard]] Result<void> write_pid_file(const std::string& path);

/// Removes a file; one that is already gone is no concern.
void remove_file(const std::string& path);

/// The directory the running program was started from, so that its siblings can be found before they are
/// installed.
[[nodiscard]] std::string program_directory();

}  // namespace pulse::runtime
