#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/ipvs/naming.h"
#include "pulse/net/service.h"

namespace pulse::ipvs {

/// An entry of the kernel's connection table.
struct Connection {
    std::string protocol;  ///< as the kernel names it: "TCP", "UDP", "SCTP", "IP"
    net::Endpoint client;  ///< port 0: a persistence template, not a connection
    net::Endpoint service;
    net::Endpoint server;
    std::string state;  ///< "ESTABLISHED", "NONE", …
    std::chrono::seconds expires{0};
    std::string engine;       ///< persistence engine, mostly empty
    std::string engine_data;  ///< what the engine knows the client by
};

/// A line of /proc/net/ip_vs_conn; nullopt for the title line and for anything that is not one.
[[nodiscard]] std::optional<Connection> connection_from(std::string_view line);

/// Every connection of the text of /proc/net/ip_vs_conn, in its order.
[[nodiscard]] std::vector<Connection> connections_from(std::string_view text);

/// What `ipvsadm -L -c` prints, titles included; with the engine's columns as with --persistent-conn.
[[nodiscard]] std::string listing(const std::vector<Connection>& connections, bool with_engine,
                                  const Naming& naming = {});

}  // namespace pulse::ipvs
