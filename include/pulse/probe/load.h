#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "pulse/base/time.h"
#include "pulse/net/service.h"

namespace pulse::probe {

/// The ways to a real server's load. Each ends at `deadline` at the latest; nullopt when it got no answer
/// that makes sense.

/// Connects, and takes what the agent says until it ends its line or closes.
[[nodiscard]] boost::asio::awaitable<std::optional<std::string>> ask_agent(net::Endpoint agent,
                                                                           TimePoint deadline);

/// The load average that rpc.rstatd says, its port being asked of the port mapper first.
[[nodiscard]] boost::asio::awaitable<std::optional<double>> ask_rstat(net::Endpoint port_mapper,
                                                                      TimePoint deadline);

/// What a program prints that ends with status 0; the first word is the program.
[[nodiscard]] boost::asio::awaitable<std::optional<std::string>> printed_by(std::vector<std::string> words,
                                                                            TimePoint deadline);

}  // namespace pulse::probe
