#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "pulse/health/check_options.h"
#include "pulse/net/ip_address.h"
#include "pulse/net/service.h"

namespace pulse::health {

/// Everything one nanny needs to know, in the terms of the original's command line (nanny(8)).
struct NannySpec {
    net::IpAddress real_server;
    net::Port real_port;
    net::IpAddress virtual_address;
    net::Port virtual_port{80};
    std::optional<net::FirewallMark> fwmark;
    net::Protocol protocol = net::Protocol::tcp;
    std::optional<std::string> send_program;
    std::optional<std::string> send;    ///< escapes untranslated
    std::optional<std::string> expect;  ///< escapes untranslated
    bool regex = false;
    bool quiesce = false;
    bool verbose = false;
    bool foreground = false;
    std::chrono::milliseconds interval{10'000};
    std::chrono::milliseconds reentry{180'000};
    int weight = 1;
    char method = 'm';  ///< m, g or i, as ipvsadm names them
    std::optional<std::string> load_command;
    std::optional<std::chrono::milliseconds> timeout;  ///< the longest a check may take, if not `interval`
    std::optional<std::string> label;                  ///< "VIRTUAL/SERVER" for %n, if send_program has one
    CheckOptions check;

    friend bool operator==(const NannySpec&, const NannySpec&) = default;
};

/// The endpoint that is checked: the real server's unless the check's options say otherwise.
[[nodiscard]] net::Endpoint checked_endpoint(const NannySpec& spec);

/// The arguments that make a nanny of this spec: the original's options in the original's order, so that a
/// substitute `client_monitor` sees what it always saw. Whole seconds are written bare ("10"), fractions as
/// milliseconds ("250ms"). Options that the original did not have follow, and only when they are needed.
[[nodiscard]] std::vector<std::string> arguments(const NannySpec& spec);

}  // namespace pulse::health
