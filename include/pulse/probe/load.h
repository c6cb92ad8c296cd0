#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "pulse/base/time.h"
#include "pulse/net/service.h"

namespace pulse::probe {

/// The ways to a real server's load. Each ends at `deadline` at the latest; nullopt when it got no answer
/// that makes sense. `source`: the local address, if that is not the kernel's choice.

/// Connects, and takes what the agent says until it ends its line or closes.
[[nodiscard]] boost::asio::awaitable<std::optional<std::string>> ask_agent(
    net::Endpoint agent, TimePoint deadline, std::optional<net::IpAddress> source = std::nullopt);

/// The load average that rpc.rstatd says, its port being asked of the port mapper first.
[[nodiscard]] boost::asio::awaitable<std::optional<double>> ask_rstat(
    net::Endpoint port_mapper, TimePoint deadline, std::optional<net::IpAddress> source = std::nullopt);

/// What a program prints that ends with status 0; the first word is the program.
[[nodiscard]] boost::asio::awaitable<std::optional<std::string>> printed_by(std::vector<std::string> words,
                                                                            TimePoint deadline);

}  // namespace pulse::probe
