#include "pulse/config/write.h"

#include "pulse/config/keys.h"

#include "spell.h"

namespace pulse::config {

namespace {

/// The keys in which `owner` differs from `usual`. A text that no file can hold, such as one with a line end,
/// is left out: it came from no file.
template <class Owner>
std::string entries(Section section, const Owner& owner, const Owner& usual, const std::string& indent) {
    std::string out;
    for (const auto& key : keys()) {
        if (key.section != section) continue;
        const auto values = values_of(key, owner);
        if (values.empty() || values == values_of(key, usual)) continue;
        if (const auto spelled = spell(values))
            out += indent + std::string(key.name) + " = " + *spelled + "\n";
    }
    return out;
}

std::string server(const RealServer& server, net::Port usual_port) {
    const RealServer usual{.port = usual_port};
    return "\n    server " + spell_name(server.name).value_or("unnamed") + " {\n" +
           entries(Section::real_server, server, usual, "        ") + "    }\n";
}

std::string block(std::string_view keyword, const VirtualServer& service) {
    auto out = "\n" + std::string(keyword) + " " + spell_name(service.name).value_or("unnamed") + " {\n" +
               entries(Section::virtual_server, service, {}, "    ");
    for (const auto& real_server : service.servers) out += server(real_server, service.port);
    return out + "}\n";
}

}  // namespace

std::string write(const Config& config) {
    auto out = entries(Section::global, config, {}, "");
    if (!config.sysctls.values.empty())
        out += "\nsysctl {\n" + entries(Section::sysctl, config.sysctls, {}, "    ") + "}\n";
    for (const auto& service : config.virtual_servers) out += block("virtual", service);
    for (const auto& service : config.failover_services) out += block("failover", service);
    return out.empty() ? "\n" : out;  // a file without a byte would be refused
}

}  // namespace pulse::config
