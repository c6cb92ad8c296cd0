#include "pulse/process/service_manager.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>

#include <systemd/sd-daemon.h>

#include "pulse/runtime/thread.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::process {

namespace {

/// As sd_notify(3), but a service manager that reads nothing is no reason to wait: false then.
bool send_at_once(const std::string& text) {
    const char* path = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): nobody changes it
    if (path == nullptr) return true;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto length = std::strlen(path);
    if (length >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path, length);
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    const runtime::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return ::sendto(socket.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                    reinterpret_cast<const sockaddr*>(&address), size) >= 0;
}

void notify(const std::string& text) {
    if (send_at_once(text)) return;
    // Without a thread it is the service manager that misses something, and nobody else.
    (void)runtime::start_thread([text] { (void)::sd_notify(0, text.c_str()); });
}

}  // namespace

void notify_ready(const std::string& status) { notify("READY=1\nSTATUS=" + status); }
void notify_status(const std::string& status) { notify("STATUS=" + status); }
void notify_stopping() { notify("STOPPING=1"); }

}  // namespace pulse::process
