#pragma once

#include <string>

#include <sys/types.h>

namespace pulse::process {

/// The name of a local account; its number if it has none. (getpwuid(3) would load the name service.)
[[nodiscard]] std::string account_name(uid_t uid);

}  // namespace pulse::process
