#include "pulse/config_file/check.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pulse/config_file/load.h"

namespace pulse::config_file {

namespace {

using Json = nlohmann::ordered_json;  // in the order written here

struct Count {
    long errors = 0;
    long warnings = 0;
};

Count count(const std::vector<config::Diagnostic>& diagnostics) {
    const auto of = [&](config::Severity severity) {
        return std::ranges::count(diagnostics, severity, &config::Diagnostic::severity);
    };
    return {.errors = of(config::Severity::error), .warnings = of(config::Severity::warning)};
}

int status_of(const Count& found, const CheckOptions& options) {
    if (found.errors > 0) return 2;
    return options.strict && found.warnings > 0 ? 1 : 0;
}

std::string plural(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string summary(const File& file, const Count& found) {
    if (found.errors + found.warnings > 0)
        return fmt::format("{}: {}, {}\n", file.path, plural(static_cast<std::size_t>(found.errors), "error"),
                           plural(static_cast<std::size_t>(found.warnings), "warning"));
    const auto& services = file.config.service == config::ServiceKind::fos ? file.config.failover_services
                                                                           : file.config.virtual_servers;
    std::size_t servers = 0;
    for (const auto& service : services) servers += service.servers.size();
    const auto active = std::ranges::count(services, true, &config::VirtualServer::active);
    return fmt::format("{}: no mistakes; {}, {} active, {}\n", file.path,
                       plural(services.size(), "virtual server"), active, plural(servers, "real server"));
}

Json to_json(const config::Diagnostic& diagnostic) {
    Json out{{"severity", config::name(diagnostic.severity)}, {"text", diagnostic.text}};
    if (diagnostic.line > 0) out["line"] = diagnostic.line;
    if (diagnostic.column > 0) out["column"] = diagnostic.column;
    if (!diagnostic.hint.empty()) out["hint"] = diagnostic.hint;
    return out;
}

std::string dump(const Json& document) {
    // What a file says need not be UTF-8.
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Verdict check(const std::string& path, const CheckOptions& options) {
    const auto file = read(path);
    if (!file) {
        const auto why = file.error().message();
        if (!options.json) return {.status = 2, .text = why + "\n"};
        return {.status = 2, .text = dump({{"file", path}, {"verdict", "unreadable"}, {"text", why}})};
    }
    const auto found = count(file->diagnostics);
    const auto status = status_of(found, options);
    if (!options.json) return {.status = status, .text = file->report() + summary(*file, found)};
    Json out{{"file", path},
             {"verdict", found.errors > 0     ? "errors"
                         : found.warnings > 0 ? "warnings"
                                              : "fine"},
             {"errors", found.errors},
             {"warnings", found.warnings},
             {"diagnostics", Json::array()}};
    for (const auto& diagnostic : file->diagnostics) out["diagnostics"].push_back(to_json(diagnostic));
    return {.status = status, .text = dump(out)};
}

int show_check(const std::string& path, const CheckOptions& options) {
    const auto verdict = check(path, options);
    fmt::print("{}", verdict.text);
    return verdict.status;
}

}  // namespace pulse::config_file
