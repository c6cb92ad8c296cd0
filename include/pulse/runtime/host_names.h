#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pulse/net/ip_address.h"

namespace pulse::runtime {

using HostNames = std::map<net::IpAddress, std::string>;

/// The names of many addresses, asked for side by side and for no longer than `patience` in all; an address
/// without a name, or whose name did not come in time, is its number. `ask` runs in other threads and may
/// outlive the call.
[[nodiscard]] HostNames host_names(const std::vector<net::IpAddress>& addresses,
                                   std::chrono::milliseconds patience,
                                   const std::function<std::string(const net::IpAddress&)>& ask);

}  // namespace pulse::runtime
