#include "pulse/config/kernel_key.h"

namespace pulse::config {

namespace {

/// Whether packets of a marked service keep their port. `mark_ports` tell when there are several; with marks
/// of the administrator's nobody can tell, but then NAT is not to undo a port that the file does not change.
bool keeps_port(const VirtualServer& virtual_server, bool nat, net::Port port) {
    const auto& marked = virtual_server.mark_ports;
    if (marked.empty()) return nat && port == virtual_server.port;
    return marked.size() > 1 || marked.front().first != marked.front().last;
}

}  // namespace

ipvs::ServiceId service_key(const VirtualServer& virtual_server) {
    const auto address = virtual_server.address ? virtual_server.address->address : net::IpAddress();
    if (virtual_server.fwmark) return ipvs::ServiceId::marked(*virtual_server.fwmark, address.family());
    return ipvs::ServiceId::at(virtual_server.protocol, {address, virtual_server.port});
}

net::Endpoint server_key(const Config& config, const VirtualServer& virtual_server,
                         const net::IpAddress& address, net::Port port) {
    const bool nat = config.network_of(virtual_server) == Network::nat;
    const net::Port as_it_came{0};
    if (virtual_server.fwmark) return {address, keeps_port(virtual_server, nat, port) ? as_it_came : port};
    return {address, nat ? port : virtual_server.port};
}

ipvs::Forwarding forwarding(Network network) {
    switch (network) {
        case Network::nat:
            return ipvs::Forwarding::masquerade;
        case Network::direct:
            return ipvs::Forwarding::direct;
        case Network::tunnel:
            return ipvs::Forwarding::tunnel;
    }
    return ipvs::Forwarding::masquerade;
}

}  // namespace pulse::config
