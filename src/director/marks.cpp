#include "pulse/director/marks.h"

#include <algorithm>
#include <map>
#include <vector>

#include "pulse/director/director.h"

namespace pulse::director {

namespace {

using config::MarkedPorts;
using config::VirtualServer;

/// By protocol, in order, without overlaps: nft refuses a set whose intervals overlap.
std::map<net::Protocol, std::vector<MarkedPorts>> ranges(const VirtualServer& virtual_server) {
    std::map<net::Protocol, std::vector<MarkedPorts>> by_protocol;
    for (const auto& ports : virtual_server.mark_ports)
        by_protocol[ports.protocol.value_or(virtual_server.protocol)].push_back(ports);
    for (auto& [protocol, all] : by_protocol) {
        std::ranges::sort(all, {}, &MarkedPorts::first);
        std::vector<MarkedPorts> merged;
        for (const auto& next : all) {
            if (!merged.empty() && next.first <= merged.back().last)
                merged.back().last = std::max(merged.back().last, next.last);
            else
                merged.push_back(next);
        }
        all = std::move(merged);
    }
    return by_protocol;
}

std::string set_of(const std::vector<MarkedPorts>& all) {
    std::string text;
    for (const auto& ports : all) {
        text += (text.empty() ? "" : ", ") + std::to_string(ports.first.number);
        if (ports.last != ports.first) text += "-" + std::to_string(ports.last.number);
    }
    return "{ " + text + " }";
}

}  // namespace

std::string mark_rules(const config::Config& config) {
    std::string rules;
    for (const auto* service : services(config)) {
        if (!service->fwmark || !service->address) continue;
        const auto& address = service->address->address;
        for (const auto& [protocol, ports] : ranges(*service))
            rules += std::string("        ") + (address.is_v4() ? "ip" : "ip6") + " daddr " +
                     address.to_string() + " " + std::string(net::name(protocol)) + " dport " +
                     set_of(ports) + " meta mark set " + std::to_string(service->fwmark->number) + "\n";
    }
    if (rules.empty()) return {};
    return "    chain prerouting {\n        type filter hook prerouting priority mangle; policy accept;\n" +
           rules + "    }\n";
}

}  // namespace pulse::director
