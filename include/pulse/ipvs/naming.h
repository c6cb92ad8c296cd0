#pragma once

#include <functional>
#include <string>

#include "pulse/net/service.h"

namespace pulse::ipvs {

/// How a text writes addresses and ports; the default is numbers.
struct Naming {
    std::function<std::string(const net::IpAddress&)> host = [](const net::IpAddress& a) {
        return a.to_string();
    };
    std::function<std::string(net::Port, net::Protocol)> port = [](net::Port p, net::Protocol) {
        return std::to_string(p.number);
    };
};

/// "10.0.0.1:80", "[fd00::a]:80", "www:http", "[six]:http"
[[nodiscard]] std::string endpoint_text(const net::Endpoint& endpoint, net::Protocol protocol,
                                        const Naming& naming);

}  // namespace pulse::ipvs
