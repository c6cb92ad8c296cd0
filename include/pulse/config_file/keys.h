#pragma once

#include <string>

#include "pulse/base/result.h"
#include "pulse/heartbeat/key.h"

namespace pulse::config_file {

/// Reads a key file. One that anybody but its owner may read or write is refused, and so is one that belongs
/// to neither root nor us: a key that others know is none.
[[nodiscard]] Result<heartbeat::Keys> read_keys(const std::string& path);

/// Writes a key file, mode 0600, in one piece. EEXIST if it must be new and is not.
[[nodiscard]] Result<void> write_keys(const std::string& path, const heartbeat::Keys& keys, bool must_be_new);

/// 32 bytes nobody can guess.
[[nodiscard]] Result<std::array<std::uint8_t, 32>> random_secret();

}  // namespace pulse::config_file
