#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/config/config.h"
#include "pulse/net/ip_address.h"

namespace pulse::chaos {

/// What must be so on a router while all real servers are well.
struct Expectation {
    /// "TCP 0A00000A:0050 wrr" for a service, "TCP 0A00000A:0050 -> 0A00010B:0050 Masq 1" for one of its
    /// servers.
    std::set<std::string> table;
    std::vector<net::IpAddress> floating;
    int nannies = 0;

    friend bool operator==(const Expectation&, const Expectation&) = default;
};

/// From an lvs.cf with IPv4 addresses and no marks; throws on one that cannot be used.
[[nodiscard]] Expectation expected(const config::Config& config);

/// /proc/net/ip_vs as lines like those of an Expectation.
[[nodiscard]] std::set<std::string> table_from(std::string_view proc_net_ip_vs);

/// The configuration of a text; throws if it has errors.
[[nodiscard]] config::Config understood(const std::string& text);

/// The text with `key = value` at its top level.
[[nodiscard]] std::string with(const std::string& text, const std::string& key, const std::string& value);
[[nodiscard]] std::string without(const std::string& text, const std::string& key);

/// The text with `key = value` in a server of a virtual server; both counted from 0.
[[nodiscard]] std::string with(const std::string& text, std::size_t virtual_server, std::size_t server,
                               const std::string& key, const std::string& value);

}  // namespace pulse::chaos
