#include "pulse/health/nanny_command.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace pulse::health {

namespace {

/// nanny writes no kernel table, but a substitute monitor may expect the option.
constexpr const char* ipvsadm_path = "/sbin/ipvsadm";

std::string duration_text(std::chrono::milliseconds duration) {
    const auto count = duration.count();
    return count % 1000 == 0 ? std::to_string(count / 1000) : std::to_string(count) + "ms";
}

}  // namespace

bool minds_weight(const NannySpec& spec) {
    return (spec.load_command && *spec.load_command != "none") || spec.slow_start.count() > 0;
}

bool starts_programs(const NannySpec& spec) {
    constexpr std::array<std::string_view, 4> built_in{"none", "rup", "ruptime", "agent"};
    const bool load_program =
        spec.load_command && std::ranges::find(built_in, *spec.load_command) == built_in.end();
    return spec.send_program.has_value() || load_program;
}

Pace pace_of(const NannySpec& spec) {
    return {.interval = spec.interval,
            .retry_interval = spec.retry_interval.count() > 0 ? spec.retry_interval : spec.interval,
            .rise = spec.rise > 0 ? spec.rise : rise_of(spec.interval, spec.reentry),
            .fall = std::max(spec.fall, 1),
            .hold_down = spec.hold_down};
}

load::Scale scale_of(const NannySpec& spec) {
    return load::scale_of(spec.load_formula, spec.weight, spec.weight_min, spec.weight_max, spec.slow_start);
}

std::uint64_t identity(const NannySpec& spec) {
    const auto text = net::Endpoint{spec.real_server, spec.real_port}.to_string() + "," +
                      net::Endpoint{spec.virtual_address, spec.virtual_port}.to_string() + "," +
                      std::to_string(spec.fwmark.value_or(net::FirewallMark{}).number);
    // FNV-1a: std::hash promises nothing from one build to the next.
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    return hash;
}

bool needs_tls(const NannySpec& spec) { return needs_tls(spec.check.kind.value_or(CheckKind::classic)); }

net::Endpoint checked_endpoint(const NannySpec& spec) {
    return {spec.check.address.value_or(spec.real_server), spec.check.port.value_or(spec.real_port)};
}

std::optional<net::IpAddress> source_of_check(const NannySpec& spec) {
    if (spec.check.source) return spec.check.source;
    const bool fits = spec.source && spec.source->family() == checked_endpoint(spec).address.family();
    return fits ? spec.source : std::nullopt;
}

std::vector<std::string> arguments(const NannySpec& spec) {
    std::vector<std::string> words;
    const auto flag = [&](const char* option) { words.emplace_back(option); };
    const auto option = [&](const char* name, std::string value) {
        words.emplace_back(name);
        words.push_back(std::move(value));
    };
    const auto optional = [&](const char* name, const std::optional<std::string>& value) {
        if (value) option(name, *value);
    };

    flag("-c");
    option("-h", spec.real_server.to_string());
    option("-p", std::to_string(spec.virtual_port.number));
    option("-r", std::to_string(spec.real_port.number));
    if (spec.fwmark) option("-f", std::to_string(spec.fwmark->number));
    if (spec.protocol == net::Protocol::udp) flag("-u");
    if (spec.protocol == net::Protocol::sctp) flag("--sctp");  // ours: the original had no such services
    optional("-e", spec.send_program);
    optional("-s", spec.send);
    optional("-x", spec.expect);
    if (spec.quiesce) flag("-q");
    if (spec.regex) flag("--regex");
    if (spec.verbose) flag("-v");
    option("-a", duration_text(spec.reentry));
    option("-I", ipvsadm_path);
    option("-t", duration_text(spec.interval));
    option("-w", std::to_string(spec.weight));
    option("-V", spec.virtual_address.to_string());
    option("-M", std::string(1, spec.method));
    optional("-U", spec.load_command);
    const NannySpec defaults;
    const auto number = [&](const char* name, int value, int unset) {
        if (value != unset) option(name, std::to_string(value));
    };
    const auto duration = [&](const char* name, std::chrono::milliseconds value,
                              std::chrono::milliseconds unset) {
        if (value != unset) option(name, duration_text(value));
    };
    number("--rise", spec.rise, defaults.rise);
    number("--fall", spec.fall, defaults.fall);
    duration("--retry-interval", spec.retry_interval, defaults.retry_interval);
    duration("--hold-down", spec.hold_down, defaults.hold_down);
    if (spec.load_formula == load::Formula::classic) option("--load-formula", "classic");
    duration("--load-interval", spec.load_interval, defaults.load_interval);
    number("--agent-port", spec.agent_port.number, 0);
    if (spec.weight_min) option("--weight-min", std::to_string(*spec.weight_min));
    if (spec.weight_max) option("--weight-max", std::to_string(*spec.weight_max));
    duration("--slow-start", spec.slow_start, defaults.slow_start);
    if (spec.foreground) flag("--nodaemon");
    flag("--lvs");
    if (spec.timeout) option("--timeout", duration_text(*spec.timeout));
    if (spec.source) option("--source", spec.source->to_string());
    optional("--label", spec.label);
    for (const auto& row : check_option_table()) {
        const auto name = "--" + std::string(row.name);
        optional(name.c_str(), row.write(spec.check));
    }
    return words;
}

}  // namespace pulse::health
