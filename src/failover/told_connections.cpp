#include "pulse/failover/told_connections.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "pulse/config/kernel_key.h"

namespace pulse::failover {

namespace {

constexpr std::uint16_t established = 1;

/// Those of TCP in which a client still expects something (enum ip_vs_tcp_states of the kernel's ip_vs.h).
constexpr std::array<std::pair<std::string_view, std::uint16_t>, 6> tcp_states{{{"ESTABLISHED", established},
                                                                                {"SYN_RECV", 3},
                                                                                {"FIN_WAIT", 4},
                                                                                {"CLOSE_WAIT", 7},
                                                                                {"LAST_ACK", 8},
                                                                                {"SYNACK", 10}}};

bool has_server(const config::VirtualServer& service, const net::IpAddress& address) {
    return std::ranges::any_of(service.servers, [&](const auto& one) { return one.address == address; }) ||
           std::ranges::find(service.sorry_servers, address) != service.sorry_servers.end();
}

/// The service it belongs to. A marked one is not known by address and port; its servers tell.
const config::VirtualServer* service_of(const ipvs::Connection& connection, net::Protocol protocol,
                                        const config::Config& config) {
    const auto by_address = [&](const config::VirtualServer& service) {
        return service.active && !service.fwmark && service.address &&
               service.address->address == connection.service.address && service.protocol == protocol &&
               (service.port == connection.service.port || service.port.number == 0);
    };
    const auto by_mark = [&](const config::VirtualServer& service) {
        return service.active && service.fwmark && has_server(service, connection.server.address);
    };
    const auto& all = config.virtual_servers;
    auto found = std::ranges::find_if(all, by_address);
    if (found == all.end()) found = std::ranges::find_if(all, by_mark);
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::optional<ipvs::SyncedConnection> to_tell(const ipvs::Connection& connection,
                                              const config::Config& config) {
    if (connection.client.port.number == 0) return std::nullopt;
    const bool tcp = connection.protocol == "TCP";
    if (!tcp && connection.protocol != "UDP") return std::nullopt;
    // The protocol has no room for a server of another family than the client's.
    if (connection.server.address.family() != connection.client.address.family()) return std::nullopt;
    const auto state =
        std::ranges::find(tcp_states, connection.state, &std::pair<std::string_view, std::uint16_t>::first);
    if (tcp && state == tcp_states.end()) return std::nullopt;
    const auto protocol = tcp ? net::Protocol::tcp : net::Protocol::udp;
    const auto* service = service_of(connection, protocol, config);
    if (service == nullptr) return std::nullopt;
    return ipvs::SyncedConnection{.protocol = protocol,
                                  .client = connection.client,
                                  .service = connection.service,
                                  .server = connection.server,
                                  .state = tcp ? state->second : std::uint16_t{0},
                                  .inactive = tcp && state->second != established,
                                  .mark = service->fwmark.value_or(net::FirewallMark{}),
                                  .forwarding = config::forwarding(config.network_of(*service))};
}

}  // namespace pulse::failover
