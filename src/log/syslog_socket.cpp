#include "syslog_socket.h"

#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>

#include <fmt/format.h>
#include <syslog.h>
#include <unistd.h>

namespace pulse::log {

SyslogSocket::SyslogSocket(std::string path, std::string ident)
    : path_(std::move(path)), ident_(std::move(ident)) {
    connect();
}

SyslogSocket::~SyslogSocket() {
    if (socket_ >= 0) ::close(socket_);
}

void SyslogSocket::connect() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    // Without a syslog daemon the next line tries again.
    (void)::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

bool SyslogSocket::send(int priority, std::string_view text) {
    const auto now = std::time(nullptr);
    tm local{};
    ::localtime_r(&now, &local);
    std::array<char, 32> stamp{};
    const auto length = std::strftime(stamp.data(), stamp.size(), "%b %e %H:%M:%S", &local);
    const auto line = fmt::format("<{}>{} {}[{}]: {}", priority | LOG_DAEMON,
                                  std::string_view(stamp.data(), length), ident_, ::getpid(), text);
    for (const bool again : {false, true}) {
        if (again) connect();  // the syslog daemon was restarted
        if (::send(socket_, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return true;
        if (errno == EAGAIN || errno == ENOBUFS) return false;
    }
    return false;
}

void SyslogSocket::write(int priority, std::string_view text) {
    if (lost_ > 0 && send(LOG_WARNING, fmt::format("{} lines of the log are lost here: it could not be "
                                                   "written as fast as they came",
                                                   lost_)))
        lost_ = 0;
    if (lost_ > 0 || !send(priority, text)) ++lost_;
}

}  // namespace pulse::log
