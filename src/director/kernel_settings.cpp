#include "pulse/director/kernel_settings.h"

#include <algorithm>

#include "pulse/director/director.h"

namespace pulse::director {

namespace {

using config::Config;
using config::VirtualServer;

bool is_nat(const Config& config, const VirtualServer& service) {
    return config.network_of(service) == config::Network::nat;
}

bool is_of(const VirtualServer& service, net::Family family) {
    return service.address && service.address->address.family() == family;
}

/// A setting that should be 1, for whom, and what happens otherwise.
struct Need {
    std::string_view name;
    bool (*needed_by)(const Config& config, const VirtualServer& service);
    std::string_view otherwise;
};

constexpr Need needs[] = {
    {"net.ipv4.ip_forward",
     [](const Config& config, const VirtualServer& service) {
         return is_nat(config, service) && is_of(service, net::Family::v4);
     },
     "this router does not forward, and with network = nat no answer reaches a client"},
    {"net.ipv6.conf.all.forwarding",
     [](const Config& config, const VirtualServer& service) {
         return is_nat(config, service) && is_of(service, net::Family::v6);
     },
     "this router does not forward, and with network = nat no answer reaches a client"},
    {"net.ipv4.vs.expire_nodest_conn", [](const Config&, const VirtualServer&) { return true; },
     "connections to a real server that has been removed meet silence instead of a reset"},
    {"net.ipv4.vs.expire_quiescent_template",
     [](const Config&, const VirtualServer& service) { return service.persistent.count() > 0; },
     "persistence goes on leading clients to a real server whose weight is 0"},
    {"net.ipv4.vs.conn_reuse_mode", [](const Config&, const VirtualServer&) { return true; },
     "a client that uses a port again is led to its old real server, even one whose weight is 0"},
};

}  // namespace

std::vector<std::string> kernel_advice(const Config& config, const ActualSetting& actual) {
    const auto active = services(config);
    std::vector<std::string> advice;
    for (const auto& need : needs) {
        const auto needs_it = [&](const VirtualServer* service) { return need.needed_by(config, *service); };
        if (config.sysctls.values.contains(need.name) || actual(need.name) != 0) continue;
        if (std::ranges::none_of(active, needs_it)) continue;
        const std::string name(need.name);
        advice.push_back(name + " is 0: " + std::string(need.otherwise) + "; lvs.cf can set it: sysctl { " +
                         name + " = 1 }");
    }
    return advice;
}

}  // namespace pulse::director
