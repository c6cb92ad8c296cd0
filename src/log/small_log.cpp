#include <array>
#include <cerrno>
#include <ctime>
#include <optional>
#include <string>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include "pulse/log/drain.h"
#include "pulse/log/log.h"

#include "syslog_socket.h"

/// The log of a program of which thousands run: same interface, same lines, but neither spdlog, whose own
/// memory is more than all that nanny needs, nor a thread: what cannot be written at once is lost.
namespace pulse::log {

namespace {

constexpr std::size_t longest_line = 4096;

struct Sink {
    std::string ident = "pulse";
    int stream = STDERR_FILENO;
    std::optional<SyslogSocket> syslog;  ///< instead of `stream`
    bool verbose = false;
};

Sink& sink() {
    static Sink instance;
    return instance;
}

int priority(Level level) {
    switch (level) {
        case Level::debug:
            return LOG_DEBUG;
        case Level::info:
            return LOG_INFO;
        case Level::warning:
            return LOG_WARNING;
        case Level::error:
            return LOG_ERR;
    }
    return LOG_INFO;
}

/// Standard output opened anew: whether it waits is a matter of the open file, and that one is shared with
/// whoever started us. What cannot be opened anew, such as a socket, is used as it is; so is a file, which
/// never waits for a reader and whose end the others write to, too.
int without_waiting(int stream) {
    struct stat status{};
    if (::fstat(stream, &status) == 0 && S_ISREG(status.st_mode)) return stream;
    const auto path = fmt::format("/proc/self/fd/{}", stream);
    const int opened = ::open(path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return opened >= 0 ? opened : stream;
}

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

}  // namespace

void open(const Settings& settings) {
    sink().ident = settings.ident;
    sink().verbose = settings.verbose;
    // The time zone is read now: nanny opens no file later.
    ::tzset();
    if (settings.foreground)
        sink().stream = without_waiting(STDOUT_FILENO);
    else
        sink().syslog.emplace("/dev/log", settings.ident);
}

void drain(std::chrono::milliseconds /*patience*/) noexcept {}

void write(Level level, std::string_view text) noexcept {
    auto& to = sink();
    if (level == Level::debug && !to.verbose) return;
    text = text.substr(0, longest_line);
    try {
        if (to.syslog) return to.syslog->write(priority(level), text);
    } catch (...) {  // without memory there is no line
        return;
    }
    const std::array pieces{piece(to.ident), piece(": "), piece(text), piece("\n")};
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.size();
    if (::sendmsg(to.stream, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 || errno != ENOTSOCK) return;
    // A reader that has gone takes the line with it.
    if (::writev(to.stream, pieces.data(), static_cast<int>(pieces.size())) < 0) return;
}

}  // namespace pulse::log
