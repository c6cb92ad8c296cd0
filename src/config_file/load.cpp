#include "pulse/config_file/load.h"

#include <cstring>
#include <memory>

#include <netinet/in.h>
#include <sys/socket.h>

#include <netdb.h>

#include "pulse/config/read.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/names.h"

namespace pulse::config_file {

Result<Loaded> load(const std::string& path) {
    const auto text = runtime::read_file(path);
    if (!text) return fail(text.error(), "configuration");
    config::Lookups lookups;
    lookups.host = [](std::string_view name) -> Result<net::IpAddress> {
        if (const auto address = runtime::host_address(name)) return *address;
        return fail(std::error_code(), "it does not resolve");
    };
    lookups.service = [](std::string_view name) { return runtime::service_port(name, net::Protocol::tcp); };
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
