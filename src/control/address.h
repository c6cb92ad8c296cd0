#pragma once

#include <string>

#include <sys/socket.h>
#include <sys/un.h>

#include "pulse/base/result.h"

namespace pulse::control {

/// A path as the kernel takes it; too long a path is an error.
[[nodiscard]] Result<sockaddr_un> socket_address(const std::string& path);

[[nodiscard]] inline const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace pulse::control
