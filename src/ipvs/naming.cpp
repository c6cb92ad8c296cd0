#include "pulse/ipvs/naming.h"

#include <fmt/format.h>

namespace pulse::ipvs {

std::string endpoint_text(const net::Endpoint& endpoint, net::Protocol protocol, const Naming& naming) {
    const auto host = naming.host(endpoint.address);
    const auto port = naming.port(endpoint.port, protocol);
    return endpoint.address.is_v4() ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

}  // namespace pulse::ipvs
