#include "values.h"

#include <algorithm>

#include <fmt/format.h>

#include "pulse/base/text.h"

namespace pulse::ipvs {

namespace {

constexpr int longest_name = 15;  // of schedulers and devices; the kernel's fields have 16 bytes
constexpr long long int_max = 0x7fffffff;

bool is_multicast(const net::IpAddress& address) {
    constexpr std::uint8_t first_v4 = 224;
    constexpr std::uint8_t end_v4 = 240;
    const auto first = address.bytes().front();
    return address.is_v4() ? first >= first_v4 && first < end_v4 : first == 0xff;
}

}  // namespace

std::optional<long long> number_between(std::string_view text, long long least, long long most) {
    const auto start = text.find_first_not_of(" \t\n\v\f\r");
    if (start == std::string_view::npos) return std::nullopt;
    text.remove_prefix(start);
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    const auto number = parse_decimal<long long>(text);
    return number && least <= *number && *number <= most ? number : std::nullopt;
}

Parsed<void> Values::read(const Option& option, const std::string& value) {
    using enum OptionClass;
    given_.add(option.kind);
    const auto number = [&](long long least, long long most, auto& to,
                            const std::string& refusal) -> Parsed<void> {
        const auto read = number_between(value, least, most);
        if (!read) return refuse(refusal);
        to = static_cast<std::decay_t<decltype(to)>>(*read);
        return {};
    };
    switch (option.kind) {
        case service_address:
            return read_service(option, value);
        case OptionClass::scheduler:
            if (!value.empty()) this->scheduler = value.substr(0, longest_name);
            return {};
        case persistent: {
            constexpr int month = 31 * 24 * 3600;
            const auto seconds = number_between(value, 1, month);
            if (!seconds) return refuse(fmt::format("invalid timeout value `{}' specified", value));
            persistence = std::chrono::seconds(*seconds);
            return {};
        }
        case netmask:  // of a mark's family only the last option can tell
            unread_mask_ = value;
            return has(service_address) && !mark_ ? read_mask(value) : Parsed<void>();
        case real_server:
            unread_server_ = value;
            return has(service_address) ? read_server(value) : Parsed<void>();
        case forwarding_method:
            forwarding = option.letter == 'm'   ? Forwarding::masquerade
                         : option.letter == 'i' ? Forwarding::tunnel
                                                : Forwarding::direct;
            return {};
        case OptionClass::weight:
            return number(0, int_max, this->weight, "illegal weight specified");
        case u_threshold:
            return number(0, int_max, upper_threshold, "illegal u_threshold specified");
        case l_threshold:
            return number(0, int_max, lower_threshold, "illegal l_threshold specified");
        case pe:
            engine = value.substr(0, longest_name);
            return {};
        case sched_flags:
            scheduler_flags = value;
            return {};
        case tun_type:
        case tun_port:
        case tun_nocsum:
        case tun_csum:
        case tun_remcsum:
            return read_tunnel(option, value);
        case mcast_interface:
        case mcast_group:
        case mcast_port:
        case mcast_ttl:
        case sync_maxlen:
        case syncid:
            return read_daemon(option, value);
        case command:
        case numeric:
        case connection:
        case timeout:
        case OptionClass::daemon:
        case stats:
        case rate:
        case thresholds:
        case persistent_conn:
        case nosort:
        case exact:
        case ops:
        case tun_info:
        case json:
        case atomic:
        case family:
        case sort:
            return {};
    }
    return {};
}

Parsed<void> Values::finish() {
    if (unread_mask_)
        if (auto read = read_mask(*unread_mask_); !read) return read;
    return unread_server_ ? read_server(*unread_server_) : Parsed<void>();
}

ServiceId Values::service_id() const {
    if (mark_) return ServiceId::marked(*mark_, has(OptionClass::family) ? net::Family::v6 : net::Family::v4);
    return ServiceId::at(protocol_, address_.value_or(net::Endpoint{}));
}

Parsed<void> Values::read_service(const Option& option, const std::string& value) {
    if (option.letter == 'f') {
        constexpr long long most = 0xffffffff;
        const auto mark = number_between(value, 1, most);
        if (!mark) return refuse(fmt::format("invalid fwmark value `{}' specified", value));
        mark_ = net::FirewallMark{static_cast<std::uint32_t>(*mark)};
        return {};
    }
    protocol_ = option.letter == 't'   ? net::Protocol::tcp
                : option.letter == 'u' ? net::Protocol::udp
                                       : net::Protocol::sctp;
    address_ = endpoint(value, {});
    if (!address_) return refuse("illegal virtual server address[:port] specified");
    return {};
}

Parsed<void> Values::read_server(const std::string& value) {
    const auto read = endpoint(value, address_ ? address_->port : net::Port{});
    if (!read) return refuse("illegal real server address[:port] specified");
    server_ = *read;
    return {};
}

Parsed<void> Values::read_mask(const std::string& value) {
    const auto family = service_id().family;
    const auto read = net::Netmask::parse(value, family);
    const bool empty_prefix = parse_decimal<int>(value) == 0;
    if (!read || empty_prefix)
        return refuse(family == net::Family::v4 ? "illegal virtual server persistent mask specified"
                                                : "illegal ipv6 netmask specified");
    mask = *read;
    return {};
}

Parsed<void> Values::read_tunnel(const Option& option, const std::string& value) {
    if (option.kind == OptionClass::tun_type) {
        if (value != "ipip" && value != "gue" && value != "gre")
            return refuse("illegal tunnel type specified");
        tunnel_type = value == "ipip" ? "ipip" : value == "gue" ? "gue" : "gre";
        tunnel.type = value == "ipip" ? TunnelType::ipip : value == "gue" ? TunnelType::gue : TunnelType::gre;
    } else if (option.kind == OptionClass::tun_port) {
        constexpr long long most = 65535;
        const auto port = number_between(value, 1, most);
        if (!port) return refuse("illegal tunnel port specified");
        tunnel.port = {static_cast<std::uint16_t>(*port)};
    } else {
        tunnel.checksum = option.kind == OptionClass::tun_csum      ? TunnelChecksum::checksum
                          : option.kind == OptionClass::tun_remcsum ? TunnelChecksum::remote
                                                                    : TunnelChecksum::none;
    }
    return {};
}

Parsed<void> Values::read_daemon(const Option& option, const std::string& value) {
    constexpr long long most_id = 255;
    constexpr long long most_port = 65535;
    constexpr long long most_ttl = 255;
    constexpr long long most_length = 65507;
    const auto number = [&](long long least, long long most, auto& to) -> Parsed<void> {
        const auto read = number_between(value, least, most);
        if (!read) return refuse(fmt::format("illegal {} specified", option.name));
        to = static_cast<std::uint16_t>(*read);
        return {};
    };
    if (option.kind == OptionClass::syncid) return number(0, most_id, daemon.id);
    if (option.kind == OptionClass::mcast_port) return number(1, most_port, daemon.port.emplace().number);
    if (option.kind == OptionClass::mcast_ttl) return number(1, most_ttl, daemon.ttl);
    if (option.kind == OptionClass::sync_maxlen) return number(1, most_length, daemon.max_length);
    if (option.kind == OptionClass::mcast_interface) {
        daemon.interface = value.substr(0, longest_name);
        return {};
    }
    daemon.group = net::IpAddress::parse(value);
    if (!daemon.group || !is_multicast(*daemon.group))
        return refuse(fmt::format("invalid {} mcast-group `{}'",
                                  value.find(':') == std::string::npos ? "IPv4" : "IPv6", value));
    return {};
}

/// HOST[:PORT], [IPv6]:PORT, [HOST]:PORT, which is IPv6, too, or bare IPv6.
std::optional<net::Endpoint> Values::endpoint(std::string_view text, net::Port default_port) const {
    std::string_view host = text;
    std::optional<std::string_view> port;
    if (text.starts_with('[')) {
        const auto close = text.find("]:");
        if (close == std::string_view::npos) return std::nullopt;
        host = text.substr(1, close - 1);
        port = text.substr(close + 2);
    } else if (std::ranges::count(text, ':') == 1) {
        const auto colon = text.find(':');
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    if (host.empty() || (!port && host.find_first_not_of("0123456789") == std::string_view::npos))
        return std::nullopt;
    const bool in_brackets = text.starts_with('[');
    auto address = net::IpAddress::parse_lenient(host);
    if (address && in_brackets && address->is_v4()) return std::nullopt;
    // What has a colon and is no address, "fe80::9%lo", is no name either.
    if (!address && host.find(':') == std::string_view::npos)
        address = in_brackets ? lookups_.host_v6(host) : lookups_.host(host);
    if (!address) return std::nullopt;
    net::Endpoint read{.address = *address, .port = default_port};
    if (port) {
        constexpr long long most = 65535;
        const auto number = number_between(*port, 0, most);
        const auto named = number ? std::optional(net::Port{static_cast<std::uint16_t>(*number)})
                                  : lookups_.service(*port, protocol_);
        if (!named) return std::nullopt;
        read.port = *named;
    }
    return read;
}

}  // namespace pulse::ipvs
