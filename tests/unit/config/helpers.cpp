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
    lookups.service = [](std::string_view name) -> std::optional<net::Port> {
        if (name == "http") return net::Port{80};
        if (name == "http-alt") return net::Port{8080};
        return std::nullopt;
    };
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
        out.push_back(std::to_string(d.line) + (d.severity == Severity::error ? ": error: " : ": warning: ") +
                      d.text);
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
