#include "pulse/ipvs/command_line.h"

#include <algorithm>

#include <fmt/format.h>

#include "pulse/base/text.h"

#include "options.h"

namespace pulse::ipvs {

namespace {

/// Reads the values of one command line.
class Reader {
  public:
    Reader(const GivenOptions& given, const NameLookups& lookups) : given_(given), lookups_(lookups) {}

    Parsed<Command> command() {
        const auto name = given_.command();
        if (name == "help") return HelpCommand{};
        if (name == "version") return VersionCommand{};
        if (name == "flush") return ClearCommand{};
        if (name == "list") return list();

        auto id = service_id();
        if (!id) return tl::unexpected(id.error());
        if (name == "delete-service") return DeleteServiceCommand{*id};
        if (name == "add-service" || name == "edit-service") {
            auto read = service(*id);
            if (!read) return tl::unexpected(read.error());
            if (name == "add-service") return AddServiceCommand{*read};
            return EditServiceCommand{*read};
        }
        const auto at =
            endpoint(given_.find(OptionClass::real_server)->value, id->protocol, id->endpoint.port);
        if (!at) return refuse("illegal real server address[:port] specified");
        if (name == "delete-server") return DeleteServerCommand{*id, *at};
        auto read = server(*id, *at);
        if (!read) return tl::unexpected(read.error());
        if (name == "add-server") return AddServerCommand{*id, *read};
        return EditServerCommand{*id, *read};
    }

  private:
    Parsed<Command> list() const {
        ListCommand listed{.service = std::nullopt, .numeric = given_.has(OptionClass::numeric)};
        if (given_.has(OptionClass::service)) {
            auto id = service_id();
            if (!id) return tl::unexpected(id.error());
            listed.service = *id;
        }
        return listed;
    }

    /// HOST[:PORT], [IPv6]:PORT or bare IPv6; without a port, `default_port`.
    std::optional<net::Endpoint> endpoint(std::string_view text, net::Protocol protocol,
                                          net::Port default_port) const {
        std::string_view host = text;
        std::optional<std::string_view> port;
        if (text.starts_with('[')) {
            const auto close = text.find("]:");
            if (close == std::string_view::npos) return std::nullopt;
            host = text.substr(1, close - 1);
            if (host.find(':') == std::string_view::npos) return std::nullopt;
            port = text.substr(close + 2);
        } else if (std::ranges::count(text, ':') == 1) {
            const auto colon = text.find(':');
            host = text.substr(0, colon);
            port = text.substr(colon + 1);
        }
        if (host.empty() || host.find_first_not_of("0123456789") == std::string_view::npos)
            return std::nullopt;
        auto address = net::IpAddress::parse_lenient(host);
        if (!address && host.find(':') == std::string_view::npos) address = lookups_.host(host);
        if (!address) return std::nullopt;
        net::Endpoint read{.address = *address, .port = default_port};
        if (port) {
            const auto number = parse_decimal<std::uint16_t>(*port);
            const auto named = number ? std::optional(net::Port{*number}) : lookups_.service(*port, protocol);
            if (!named) return std::nullopt;
            read.port = *named;
        }
        return read;
    }

    Parsed<ServiceId> service_id() const {
        const auto& given = *given_.find(OptionClass::service);
        if (given.option->letter == 'f') {
            const auto mark = parse_decimal<std::uint32_t>(given.value);
            if (!mark || *mark == 0)
                return refuse(fmt::format("invalid fwmark value `{}' specified", given.value));
            return ServiceId::marked({*mark},
                                     given_.has(OptionClass::family) ? net::Family::v6 : net::Family::v4);
        }
        const auto protocol = given.option->letter == 't'   ? net::Protocol::tcp
                              : given.option->letter == 'u' ? net::Protocol::udp
                                                            : net::Protocol::sctp;
        const auto at = endpoint(given.value, protocol, {});
        if (!at) return refuse("illegal virtual server address[:port] specified");
        return ServiceId::at(protocol, *at);
    }

    Parsed<Service> service(const ServiceId& id) const {
        Service service{.id = id};
        if (const auto* given = given_.find(OptionClass::scheduler))
            service.scheduler = given->value.substr(0, 15);
        if (const auto* given = given_.find(OptionClass::persistent)) {
            const auto seconds = parse_decimal<int>(given->value);
            constexpr int month = 31 * 24 * 3600;
            if (!seconds || *seconds < 1 || *seconds > month)
                return refuse(fmt::format("invalid timeout value `{}' specified", given->value));
            service.persistence = Persistence{.timeout = std::chrono::seconds(*seconds),
                                              .mask = net::Netmask::host(id.family),
                                              .engine = {}};
        }
        if (const auto* given = given_.find(OptionClass::netmask)) {
            const auto mask = net::Netmask::parse(given->value, id.family);
            const bool empty_prefix = parse_decimal<int>(given->value) == 0;
            if (!mask || empty_prefix)
                return refuse(id.family == net::Family::v4
                                  ? "illegal virtual server persistent mask specified"
                                  : "illegal ipv6 netmask specified");
            if (service.persistence) service.persistence->mask = *mask;
        }
        service.one_packet = given_.has(OptionClass::ops);
        if (service.one_packet && !id.is_mark() && id.protocol != net::Protocol::udp)
            return refuse("One-Packet Scheduling is only for UDP virtual services");
        if (!id.is_mark() && id.endpoint.port.number == 0 && !service.persistence)
            return refuse("Zero port specified for non-persistent service");
        return service;
    }

    Parsed<Destination> server(const ServiceId& id, const net::Endpoint& at) const {
        Destination destination{.endpoint = at};
        if (const auto* given = given_.find(OptionClass::forwarding))
            destination.forwarding = given->option->letter == 'm'   ? Forwarding::masquerade
                                     : given->option->letter == 'i' ? Forwarding::tunnel
                                                                    : Forwarding::direct;
        if (at.address.family() != id.family && destination.forwarding != Forwarding::tunnel)
            return refuse("Different address family is allowed only for tunneling servers");
        // Only masquerading can change the port; for the others ipvsadm silently takes the service's.
        if (destination.forwarding != Forwarding::masquerade && !id.is_mark())
            destination.endpoint.port = id.endpoint.port;
        const auto weight = number(OptionClass::weight, 1);
        if (!weight) return refuse("illegal weight specified");
        const auto upper = number(OptionClass::u_threshold, 0);
        if (!upper) return refuse("illegal u_threshold specified");
        const auto lower = number(OptionClass::l_threshold, 0);
        if (!lower) return refuse("illegal l_threshold specified");
        destination.weight = *weight;
        destination.upper_threshold = static_cast<std::uint32_t>(*upper);
        destination.lower_threshold = static_cast<std::uint32_t>(*lower);
        return destination;
    }

    std::optional<std::int32_t> number(OptionClass kind, std::int32_t absent) const {
        const auto* given = given_.find(kind);
        if (given == nullptr) return absent;
        const auto value = parse_decimal<std::int32_t>(given->value);
        return value && *value >= 0 ? value : std::nullopt;
    }

    const GivenOptions& given_;
    const NameLookups& lookups_;
};

}  // namespace

tl::expected<Command, Refusal> parse_command_line(std::span<const std::string> words,
                                                  const NameLookups& lookups, std::string_view program) {
    if (words.empty()) return ListCommand{};
    const auto given = scan(words, program);
    if (!given) return tl::unexpected(given.error());
    return Reader(*given, lookups).command();
}

}  // namespace pulse::ipvs
