#include <algorithm>
#include <array>
#include <ctime>
#include <string>

#include <sys/uio.h>

#include <syslog.h>
#include <unistd.h>

#include "pulse/log/log.h"

/// The log of a program of which thousands run: same interface, same lines, but no spdlog, whose own memory
/// is more than all that nanny needs.
namespace pulse::log {

namespace {

struct Sink {
    std::string ident = "pulse";
    int stream = STDERR_FILENO;  ///< -1: syslog
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

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

}  // namespace

void open(const Settings& settings) {
    sink() = {.ident = settings.ident,
              .stream = settings.foreground ? STDOUT_FILENO : -1,
              .verbose = settings.verbose};
    // The time zone is read now: nanny opens no file later.
    ::tzset();
    if (!settings.foreground) ::openlog(sink().ident.c_str(), LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void write(Level level, std::string_view text) noexcept {
    const auto& [ident, stream, verbose] = sink();
    if (level == Level::debug && !verbose) return;
    if (stream < 0)
        return ::syslog(priority(level), "%.*s", static_cast<int>(std::min<std::size_t>(text.size(), 4096)),
                        text.data());
    const std::array pieces{piece(ident), piece(": "), piece(text), piece("\n")};
    // A reader that has gone takes the line with it.
    if (::writev(stream, pieces.data(), static_cast<int>(pieces.size())) < 0) return;
}

}  // namespace pulse::log
