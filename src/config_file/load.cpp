#include "pulse/config_file/load.h"

#include <algorithm>

#include "pulse/config_file/trust.h"
#include "pulse/log/log.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/resolver.h"
#include "pulse/runtime/thread.h"

#include "machine.h"

namespace pulse::config_file {

namespace {

/// The Resolver takes 10 s at most; the rest is for the disk.
constexpr auto reading_limit = std::chrono::seconds(15);

}  // namespace

File understand(std::string path, std::string text) {
    runtime::Resolver resolver;
    config::Lookups lookups;
    lookups.host = [&](std::string_view name) { return resolver.address(name); };
    ask_this_machine(lookups);
    auto reading = config::read(text, lookups);
    if (reading.ok())
        for (auto& diagnostic : config::missing(reading.config))
            reading.diagnostics.push_back(std::move(diagnostic));
    return {.path = std::move(path),
            .text = std::move(text),
            .config = std::move(reading.config),
            .diagnostics = std::move(reading.diagnostics),
            .cut_off = std::move(reading.cut_off)};
}

Result<File> read(const std::string& path) {
    const std::function<Result<File>()> reading = [path]() -> Result<File> {
        auto text = runtime::read_file(path);
        if (!text) return fail(text.error(), "configuration");
        auto file = understand(path, *std::move(text));
        if (file.ok()) {
            file.untrusted = untrusted(file);
            file.diagnostics.insert(file.diagnostics.begin(), file.untrusted.begin(), file.untrusted.end());
            std::ranges::stable_sort(file.diagnostics, {}, &config::Diagnostic::line);
        }
        return file;
    };
    return runtime::within(reading_limit, "configuration: " + path + " could not be read and understood",
                           reading);
}

void log_diagnostics(const File& file) {
    for (const auto& diagnostic : file.diagnostics) {
        const auto line = config::one_line(diagnostic, file.path);
        switch (diagnostic.severity) {
            case config::Severity::error:
                log::error("{}", line);
                break;
            case config::Severity::warning:
                log::warning("{}", line);
                break;
            case config::Severity::note:
                log::info("{}", line);
                break;
        }
    }
}

Result<File> load(const std::string& path) {
    auto file = read(path);
    if (file && !file->ok()) return fail(std::error_code(), file->report());
    return file;
}

}  // namespace pulse::config_file
