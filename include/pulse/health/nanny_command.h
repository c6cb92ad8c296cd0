#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pulse/health/check_options.h"
#include "pulse/health/hysteresis.h"
#include "pulse/load/weight.h"
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
    char method = 'm';                            ///< m, g or i, as ipvsadm names them
    int rise = 0;                                 ///< good checks that a failed server needs; 0: by `reentry`
    int fall = 1;                                 ///< failed checks that it takes to be down
    std::chrono::milliseconds retry_interval{0};  ///< 0: as `interval`
    std::chrono::milliseconds hold_down{0};       ///< 0: never

    std::optional<std::string> load_command;  ///< none, rup, ruptime, agent, or a program
    load::Formula load_formula = load::Formula::bounded;
    std::chrono::milliseconds load_interval{20'000};
    net::Port agent_port;
    std::optional<int> weight_min;
    std::optional<int> weight_max;
    std::chrono::milliseconds slow_start{0};

    std::optional<std::chrono::milliseconds> timeout;  ///< the longest a check may take, if not `interval`
    /// The router's own address to speak from, where `check.source` says nothing else: never one that the
    /// partner may have in a moment.
    std::optional<net::IpAddress> source;
    std::optional<std::string> label;  ///< "VIRTUAL/SERVER" for %n, if send_program has one
    CheckOptions check;

    friend bool operator==(const NannySpec&, const NannySpec&) = default;
};

/// Whether the nanny has a say in the server's weight.
[[nodiscard]] bool minds_weight(const NannySpec& spec);

/// Whether it must start programs, to check or to learn the load.
[[nodiscard]] bool starts_programs(const NannySpec& spec);

[[nodiscard]] Pace pace_of(const NannySpec& spec);
[[nodiscard]] load::Scale scale_of(const NannySpec& spec);

/// The same for the same check, whatever process does it.
[[nodiscard]] std::uint64_t identity(const NannySpec& spec);

/// Whether only nanny-tls can check this.
[[nodiscard]] bool needs_tls(const NannySpec& spec);

/// The endpoint that is checked: the real server's unless the check's options say otherwise.
[[nodiscard]] net::Endpoint checked_endpoint(const NannySpec& spec);

/// The local address of the check; nullopt: the kernel's choice.
[[nodiscard]] std::optional<net::IpAddress> source_of_check(const NannySpec& spec);

/// The arguments that make a nanny of this spec: the original's options in the original's order, so that a
/// substitute `client_monitor` sees what it always saw. Whole seconds are written bare ("10"), fractions as
/// milliseconds ("250ms"). Options that the original did not have follow, and only when they are needed.
[[nodiscard]] std::vector<std::string> arguments(const NannySpec& spec);

}  // namespace pulse::health
