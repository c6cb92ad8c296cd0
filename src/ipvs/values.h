#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"

namespace pulse::ipvs {

/// What the options of one command line say, read as they come: a bad value is refused before an unknown
/// option further right. What depends on the service is read when the service is known, wherever it stands.
class Values {
  public:
    explicit Values(const NameLookups& lookups) : lookups_(lookups) {}

    /// Reads the value of one option; `value` is empty for an option without one.
    [[nodiscard]] Parsed<void> read(const Option& option, const std::string& value);

    /// Reads what waited for the service.
    [[nodiscard]] Parsed<void> finish();

    [[nodiscard]] const OptionSet& given() const { return given_; }
    [[nodiscard]] bool has(OptionClass kind) const { return given_.has(kind); }

    /// Of the service option; `finish` must have succeeded.
    [[nodiscard]] ServiceId service_id() const;

    [[nodiscard]] bool is_mark() const { return mark_.has_value(); }
    [[nodiscard]] const net::Endpoint& server() const { return server_; }

    std::string scheduler = "wlc";
    std::chrono::seconds persistence{0};
    net::Netmask mask;  ///< with OptionClass::netmask alone
    std::string engine;
    std::string scheduler_flags;  ///< as written
    Forwarding forwarding = Forwarding::direct;
    std::int32_t weight = 1;
    std::uint32_t upper_threshold = 0;
    std::uint32_t lower_threshold = 0;
    Tunnel tunnel;
    std::string_view tunnel_type = "ipip";
    SyncDaemon daemon;

  private:
    [[nodiscard]] Parsed<void> read_service(const Option& option, const std::string& value);
    [[nodiscard]] Parsed<void> read_server(const std::string& value);
    [[nodiscard]] Parsed<void> read_mask(const std::string& value);
    [[nodiscard]] Parsed<void> read_tunnel(const Option& option, const std::string& value);
    [[nodiscard]] Parsed<void> read_daemon(const Option& option, const std::string& value);
    [[nodiscard]] std::optional<net::Endpoint> endpoint(std::string_view text, net::Port default_port) const;

    const NameLookups& lookups_;
    OptionSet given_;
    net::Protocol protocol_ = net::Protocol::tcp;
    std::optional<net::FirewallMark> mark_;
    std::optional<net::Endpoint> address_;
    net::Endpoint server_;
    std::optional<std::string> unread_server_;
    std::optional<std::string> unread_mask_;
};

/// A whole number the way strtol(3) reads it, blanks and a sign in front allowed, nothing behind.
[[nodiscard]] std::optional<long long> number_between(std::string_view text, long long least, long long most);

}  // namespace pulse::ipvs
