#include "pulse/config_file/load.h"

#include "pulse/log/log.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/names.h"
#include "pulse/runtime/resolver.h"
#include "pulse/runtime/thread.h"

namespace pulse::config_file {

namespace {

/// The Resolver takes 10 s at most; the rest is for the disk.
constexpr auto reading_limit = std::chrono::seconds(15);

}  // namespace

File understand(std::string path, std::string text) {
    runtime::Resolver resolver;
    config::Lookups lookups;
    lookups.host = [&](std::string_view name) { return resolver.address(name); };
    lookups.service = [](std::string_view name) { return runtime::service_port(name, net::Protocol::tcp); };
    lookups.device = runtime::device_exists;
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
        return understand(path, *std::move(text));
    };
    return runtime::within(reading_limit, "configuration: " + path + " could not be read and understood",
                           reading);
}

void log_diagnostics(const File& file) {
    for (const auto& diagnostic : file.diagnostics) {
        const auto line = config::one_line(diagnostic, file.path);
        if (diagnostic.severity == config::Severity::error)
            log::error("{}", line);
        else
            log::warning("{}", line);
    }
}

Result<File> load(const std::string& path) {
    auto file = read(path);
    if (file && !file->ok()) return fail(std::error_code(), file->report());
    return file;
}

}  // namespace pulse::config_file
