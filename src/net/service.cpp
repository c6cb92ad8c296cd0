#include "pulse/net/service.h"

namespace pulse::net {

std::string_view name(Protocol protocol) {
    switch (protocol) {
        case Protocol::tcp:
            return "tcp";
        case Protocol::udp:
            return "udp";
        case Protocol::sctp:
            return "sctp";
    }
    return "?";
}

std::string Endpoint::to_string() const {
    const auto host = address.is_v4() ? address.to_string() : "[" + address.to_string() + "]";
    return host + ":" + std::to_string(port.number);
}

}  // namespace pulse::net
