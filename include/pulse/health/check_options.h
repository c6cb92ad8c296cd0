#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pulse/health/check_kind.h"
#include "pulse/health/dns.h"
#include "pulse/health/status_list.h"
#include "pulse/net/ip_address.h"
#include "pulse/net/service.h"

namespace pulse::health {

/// What an operator says of a check beyond the original's keys; what is unset has the default of the key
/// table, lvs.cf(5). The members are called as the keys are, without `check_`.
struct CheckOptions {
    std::optional<CheckKind> kind;
    std::optional<net::Port> port;          ///< else the real server's
    std::optional<net::IpAddress> address;  ///< else the real server's
    std::optional<net::IpAddress> source;   ///< the local address; else the kernel's choice
    std::optional<std::string> method;
    std::optional<std::string> path;
    std::optional<std::string> host;
    std::optional<StatusList> status;
    std::optional<std::string> body;  ///< escapes untranslated
    std::optional<bool> verify;
    std::optional<std::string> ca_file;
    std::optional<int> cert_warn;  ///< days
    std::optional<std::string> name;
    std::optional<DnsType> type;
    std::optional<std::string> answer;

    friend bool operator==(const CheckOptions&, const CheckOptions&) = default;
};

/// What `server` sets, and for the rest what `service` sets.
[[nodiscard]] CheckOptions overridden(const CheckOptions& service, const CheckOptions& server);

/// Whether it can be part of a request: not empty, printable ASCII, no blanks.
[[nodiscard]] bool is_plain_word(std::string_view text);

/// One key of lvs.cf that is also an option of nanny: --check_path=/status.
struct CheckOption {
    std::string_view name;
    std::string_view value;  ///< what the value is called in the help
    std::string_view help;
    unsigned kinds;  ///< those it says something to: bit n is CheckKind n
    std::optional<std::string> (*write)(const CheckOptions& options);
    bool (*read)(CheckOptions& options, const std::string& text);  ///< false: the value makes no sense

    [[nodiscard]] bool concerns(CheckKind kind) const {
        return (kinds >> static_cast<unsigned>(kind) & 1U) != 0;
    }
};

/// All of them.
[[nodiscard]] std::span<const CheckOption> check_option_table();

}  // namespace pulse::health
