#include "helpers.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace pulse::config::testing {

Lookups known_names() {
    Lookups lookups;
    lookups.host = [](std::string_view name) -> Result<net::IpAddress> {
        if (name == "www") return net::IpAddress::v4(0x0a000050);
        return fail(std::error_code(), "unknown");
    };
    lookups.service = [](std::string_view name, net::Protocol protocol) -> std::optional<net::Port> {
        const bool tcp = protocol == net::Protocol::tcp;
        if (name == "http" && tcp) return net::Port{80};
        if (name == "http-alt" && tcp) return net::Port{8080};
        if (name == "shell" && tcp) return net::Port{514};
        if (name == "syslog" && protocol == net::Protocol::udp) return net::Port{514};
        return std::nullopt;
    };
    return lookups;
}

Lookups on_a_router() {
    auto lookups = known_names();
    lookups.own_addresses = [] {
        const auto own = [](const char* address, int length) {
            const auto parsed = net::IpAddress::parse(address).value_or(net::IpAddress());
            return OwnAddress{parsed, net::Netmask::prefix(parsed.family(), length)};
        };
        return std::vector{own("127.0.0.1", 8), own("10.0.0.1", 24), own("10.0.1.1", 24), own("fd00::1", 64)};
    };
    lookups.device = [](std::string_view name) { return name == "eth0" || name == "eth1"; };
    lookups.cannot_run = [](std::string_view program, RunBy who) -> std::optional<std::string> {
        if (program.starts_with("/usr/")) return std::nullopt;
        if (program.starts_with("/srv/secret/") && who == RunBy::pulse) return std::nullopt;
        return program.starts_with("/srv/secret/") ? "/srv/secret may not be entered by nanny"
                                                   : "No such file or directory";
    };
    lookups.cannot_read = [](std::string_view file, RunBy) -> std::optional<std::string> {
        return file.starts_with("/etc/") ? std::nullopt
                                         : std::optional<std::string>("No such file or directory");
    };
    lookups.cannot_ping = [] { return "net.ipv4.ping_group_range leaves out group 65534"; };
    return lookups;
}

Reading read_text(std::string_view text) { return read(text, known_names()); }

std::string in_virtual(std::string_view lines) { return "virtual v {\n" + std::string(lines) + "\n}\n"; }

std::string in_server(std::string_view lines) {
    return in_virtual("server s {\n" + std::string(lines) + "\n}");
}

std::string complaints(std::string_view text) { return format(read_text(text).diagnostics, "lvs.cf", text); }

std::vector<std::string> brief(const Reading& reading) {
    std::vector<std::string> out;
    out.reserve(reading.diagnostics.size());
    for (const auto& d : reading.diagnostics)
        if (d.severity != Severity::note)
            out.push_back(std::to_string(d.line) + ": " + std::string(name(d.severity)) + ": " + d.text);
    return out;
}

std::vector<std::string> errors(std::string_view text) {
    std::vector<std::string> out;
    for (const auto& d : read_text(text).diagnostics)
        if (d.severity == Severity::error) out.push_back(std::to_string(d.line) + ": " + d.text);
    return out;
}

std::string file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) throw std::runtime_error("cannot open " + path);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> corpus() {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(PULSE_TEST_DATA "/lvs.cf"))
        if (entry.path().extension() == ".cf") paths.push_back(entry.path().string());
    std::ranges::sort(paths);
    return paths;
}

std::string corpus_file(std::string_view name) {
    return file(std::string(PULSE_TEST_DATA "/lvs.cf/") + std::string(name));
}

}  // namespace pulse::config::testing
