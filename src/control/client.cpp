#include "pulse/control/client.h"

#include <array>
#include <cerrno>

#include <poll.h>

#include "pulse/runtime/unique_fd.h"

#include "address.h"

namespace pulse::control {

Result<Fields> ask(const std::string& path, const Fields& request, std::chrono::seconds patience) {
    const auto address = socket_address(path);
    if (!address) return fail(address.error(), "");
    const runtime::UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!socket) return fail_errno("cannot make a socket", errno);
    if (::connect(socket.get(), generic(*address), sizeof *address) != 0) {
        if (errno == ENOENT || errno == ECONNREFUSED)
            return fail(std::error_code(), "pulse does not run here: nobody listens at " + path +
                                               "; start it with: systemctl start pulse");
        return fail_errno("cannot reach pulse at " + path, errno);
    }
    const auto text = request.to_text();
    if (::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) < 0)
        return fail_errno("cannot send to pulse", errno);

    pollfd waiting{.fd = socket.get(), .events = POLLIN, .revents = 0};
    const auto milliseconds = std::chrono::milliseconds(patience).count();
    if (const int ready = ::poll(&waiting, 1, static_cast<int>(milliseconds)); ready < 0)
        return fail_errno("cannot wait for pulse", errno);
    else if (ready == 0)
        return fail(std::errc::timed_out,
                    "pulse has not answered in " + std::to_string(patience.count()) + " s");
    std::array<char, 8192> buffer{};  // the longest message there is
    const auto size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (size < 0) return fail_errno("cannot hear pulse", errno);
    if (size == 0) return fail(std::error_code(), "pulse ended before it answered");
    return Fields::parse({buffer.data(), static_cast<std::size_t>(size)});
}

}  // namespace pulse::control
