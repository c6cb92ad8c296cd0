#include "address.h"

namespace pulse::control {

Result<sockaddr_un> socket_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return fail(std::errc::filename_too_long, "the socket's path must have 1 to " +
                                                      std::to_string(sizeof address.sun_path - 1) +
                                                      " characters: " + path);
    path.copy(address.sun_path, path.size());
    return address;
}

}  // namespace pulse::control
