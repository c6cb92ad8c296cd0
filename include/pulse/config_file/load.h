#pragma once

#include <string>

#include "pulse/base/result.h"
#include "pulse/config/read.h"

namespace pulse::config_file {

/// Where the original keeps it.
inline constexpr const char* default_path = "/etc/sysconfig/ha/lvs.cf";

/// An lvs.cf and everything there is to say about it.
struct File {
    std::string path;
    std::string text;
    config::Config config;  ///< usable only if nothing said is an error
    std::vector<config::Diagnostic> diagnostics;

    /// Set if the text ends inside a block or a line, as after a full disk. It is one of the diagnostics, a
    /// warning: good enough to start with, as with the original; what runs already keeps what it has.
    std::optional<config::Diagnostic> cut_off{};

    /// What others than root could change, of what is used as root: warnings, among the diagnostics.
    std::vector<config::Diagnostic> untrusted{};

    /// Every diagnostic, each with its line and a caret; empty if there is none.
    [[nodiscard]] std::string report() const { return config::format(diagnostics, path, text); }

    [[nodiscard]] bool ok() const { return !config::has_errors(diagnostics); }
};

/// Understands `text` as the content of the file at `path`, asking this system about names and devices. That
/// takes 10 s at most, however slow the name service is.
[[nodiscard]] File understand(std::string path, std::string text);

/// Reads a file, whatever is in it. An error means that it could not be read; it comes after 15 s at the
/// latest, also from a network mount that does not answer.
[[nodiscard]] Result<File> read(const std::string& path);

/// Puts every diagnostic into the log, one line each.
void log_diagnostics(const File& file);

/// Reads a file that is to be used. The error's context is the whole report, ready to print: every
/// diagnostic, not just the first. What is left to say about a usable file are warnings.
[[nodiscard]] Result<File> load(const std::string& path);

}  // namespace pulse::config_file
