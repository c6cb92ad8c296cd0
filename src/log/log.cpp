#include "pulse/log/log.h"

#include <cerrno>
#include <memory>

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/syslog_sink.h>
#include <spdlog/spdlog.h>
#include <syslog.h>
#include <unistd.h>

#include "pulse/log/drain.h"

#include "outbox.h"

namespace pulse::log {

namespace {

/// More lines than a reload of the largest file writes; a few hundred KiB, and only while nobody reads them.
constexpr std::size_t room = 8192;

spdlog::level::level_enum spdlog_level(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warning:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

/// Standard output without stdio, whose buffer would have to be written at exit, however long that takes.
class StandardOutput : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        const auto* rest = line.data();
        auto size = line.size();
        while (size > 0) {
            const auto written = ::write(STDOUT_FILENO, rest, size);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return;  // a reader that has gone takes the line with it
            rest += written;
            size -= static_cast<std::size_t>(written);
        }
    }
    void flush_() override {}
};

struct Log {
    Outbox outbox;
    bool verbose;
};

/// Never destroyed: its thread may be in a call that does not end.
Log* opened = nullptr;

void write_now(Level level, std::string_view text) {
    if (level == Level::debug) return;
    const auto line = fmt::format("{}\n", text);
    if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace

void open(const Settings& settings) {
    spdlog::sink_ptr sink;
    if (settings.foreground)
        sink = std::make_shared<StandardOutput>();
    else
        sink = std::make_shared<spdlog::sinks::syslog_sink_st>(settings.ident, LOG_PID | LOG_NDELAY,
                                                               LOG_DAEMON, true);
    const auto logger = std::make_shared<spdlog::logger>(settings.ident, std::move(sink));
    logger->set_pattern(settings.foreground ? "%n: %v" : "%v");
    logger->set_level(spdlog::level::debug);
    logger->set_error_handler([](const std::string&) {});
    opened = new Log{.outbox = Outbox(
                         [logger](Level level, const std::string& text) {
                             logger->log(spdlog_level(level), spdlog::string_view_t(text));
                         },
                         room),
                     .verbose = settings.verbose};
}

void drain(std::chrono::milliseconds patience) noexcept {
    if (opened != nullptr) (void)opened->outbox.drain(patience);
}

void write(Level level, std::string_view text) noexcept {
    try {
        if (opened == nullptr)
            write_now(level, text);
        else if (level != Level::debug || opened->verbose)
            opened->outbox.put(level, text);
    } catch (...) {  // NOLINT(bugprone-empty-catch): a line that cannot be written is lost, nothing else
    }
}

}  // namespace pulse::log
