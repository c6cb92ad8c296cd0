#include "pulse/health/nanny_command.h"

namespace pulse::health {

namespace {

/// nanny writes no kernel table, but a substitute monitor may expect the option.
constexpr const char* ipvsadm_path = "/sbin/ipvsadm";

std::string duration_text(std::chrono::milliseconds duration) {
    const auto count = duration.count();
    return count % 1000 == 0 ? std::to_string(count / 1000) : std::to_string(count) + "ms";
}

}  // namespace

net::Endpoint checked_endpoint(const NannySpec& spec) {
    return {spec.check.address.value_or(spec.real_server), spec.check.port.value_or(spec.real_port)};
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
    if (spec.foreground) flag("--nodaemon");
    flag("--lvs");
    if (spec.timeout) option("--timeout", duration_text(*spec.timeout));
    optional("--label", spec.label);
    for (const auto& row : check_option_table()) {
        const auto name = "--" + std::string(row.name);
        optional(name.c_str(), row.write(spec.check));
    }
    return words;
}

}  // namespace pulse::health
