#include "pulse/log/log.h"

#include <memory>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <spdlog/spdlog.h>
#include <syslog.h>

namespace pulse::log {

namespace {

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

std::shared_ptr<spdlog::logger>& logger() {
    static auto instance =
        std::make_shared<spdlog::logger>("pulse", std::make_shared<spdlog::sinks::stderr_sink_st>());
    return instance;
}

}  // namespace

void open(const Settings& settings) {
    spdlog::sink_ptr sink;
    if (settings.foreground)
        sink = std::make_shared<spdlog::sinks::stdout_sink_st>();
    else
        sink = std::make_shared<spdlog::sinks::syslog_sink_st>(settings.ident, LOG_PID | LOG_NDELAY,
                                                               LOG_DAEMON, true);
    auto opened = std::make_shared<spdlog::logger>(settings.ident, std::move(sink));
    opened->set_pattern(settings.foreground ? "%n: %v" : "%v");
    opened->set_level(settings.verbose ? spdlog::level::debug : spdlog::level::info);
    opened->flush_on(spdlog::level::debug);
    opened->set_error_handler([](const std::string&) {});
    logger() = std::move(opened);
}

void write(Level level, std::string_view text) noexcept {
    try {
        logger()->log(spdlog_level(level), spdlog::string_view_t(text.data(), text.size()));
    } catch (...) {  // NOLINT(bugprone-empty-catch): a line that cannot be written is lost, nothing else
    }
}

}  // namespace pulse::log
