#include "pulse/config_file/load.h"

#include "pulse/config/read.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/names.h"
#include "pulse/runtime/resolver.h"

namespace pulse::config_file {

Result<Loaded> load(const std::string& path) {
    const auto text = runtime::read_file(path);
    if (!text) return fail(text.error(), "configuration");
    runtime::Resolver resolver;
    config::Lookups lookups;
    lookups.host = [&](std::string_view name) { return resolver.address(name); };
    lookups.service = [](std::string_view name) { return runtime::service_port(name, net::Protocol::tcp); };
    lookups.device = runtime::device_exists;
    auto reading = config::read(*text, lookups);

    std::string report;
    Loaded loaded;
    for (const auto& diagnostic : reading.diagnostics) {
        const auto shown = config::format(diagnostic, path, *text);
        report += shown;
        if (diagnostic.severity == config::Severity::warning) loaded.warnings.push_back(shown);
    }
    if (!reading.ok()) return fail(std::error_code(), report);
    loaded.config = std::move(reading.config);
    return loaded;
}

}  // namespace pulse::config_file
