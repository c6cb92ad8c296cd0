#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace pulse::log {

/// Debug is for a developer; info is what an operator wants at 3 a.m. The original logs everything at info,
/// and scrapers match text only, so a level never changes a line.
enum class Level { debug, info, warning, error };

struct Settings {
    std::string ident;        ///< "pulse", "lvs", "nanny": the name scrapers match
    bool foreground = false;  ///< stdout as "ident: text" instead of syslog (facility daemon, with pid)
    bool verbose = false;     ///< debug lines too
};

/// Opens the log; call once, early in main. Before that, lines go to stderr.
void open(const Settings& settings);

/// Writes one line. Never throws and never blocks on a full disk or a vanished reader: the line is dropped.
void write(Level level, std::string_view text) noexcept;

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace pulse::log
