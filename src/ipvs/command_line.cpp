#include "pulse/ipvs/command_line.h"

#include <fmt/format.h>

#include "pulse/base/text.h"
#include "pulse/ipvs/schedulers.h"

#include "scanner.h"

namespace pulse::ipvs {

namespace {

using enum OptionClass;

/// The flags of a comma-separated list; the names a scheduler gives them are for that scheduler alone.
Parsed<std::uint32_t> flags_from(std::string_view list, std::string_view scheduler_name) {
    std::uint32_t flags = 0;
    for (const auto name : split(list, ',')) {
        if (name.empty()) continue;
        const auto bit = scheduler_flag_bit(name, scheduler_name);
        if (!bit)
            return refuse(fmt::format("{} scheduler flag `{}'",
                                      is_scheduler_flag(name) ? "incompatible" : "invalid", name));
        flags |= *bit;
    }
    return flags;
}

Parsed<Service> service_from(const Values& values) {
    Service service{.id = values.service_id(), .scheduler = values.scheduler};
    const auto flags = flags_from(values.scheduler_flags, values.scheduler);
    if (!flags) return tl::unexpected(flags.error());
    service.scheduler_flags = *flags;
    service.one_packet = values.has(ops);
    service.engine = values.engine;
    if (values.has(persistent))
        service.persistence =
            Persistence{.timeout = values.persistence,
                        .mask = values.has(netmask) ? values.mask : net::Netmask::host(service.id.family)};
    if (!service.id.is_mark() && service.id.endpoint.port.number == 0 && !service.persistence)
        return refuse("Zero port specified for non-persistent service");
    if (service.one_packet && !service.id.is_mark() && service.id.protocol != net::Protocol::udp)
        return refuse("One-Packet Scheduling is only for UDP virtual services");
    return service;
}

Parsed<Destination> server_from(const Values& values) {
    const auto id = values.service_id();
    Destination server{.endpoint = values.server(),
                       .forwarding = values.forwarding,
                       .weight = values.weight,
                       .upper_threshold = values.upper_threshold,
                       .lower_threshold = values.lower_threshold,
                       .tunnel = values.tunnel};
    const bool has_tunnel_options = values.has(tun_type) || values.has(tun_port) || values.has(tun_nocsum) ||
                                    values.has(tun_csum) || values.has(tun_remcsum);
    if (has_tunnel_options && server.forwarding != Forwarding::tunnel)
        return refuse("Tunnel options conflict with forward method");
    if (auto checked = check_tunnel_options(values.tunnel_type, values.given()); !checked)
        return tl::unexpected(checked.error());
    if (server.endpoint.address.family() != id.family && server.forwarding != Forwarding::tunnel)
        return refuse("Different address family is allowed only for tunneling servers");
    // Only masquerading can change the port; for the others ipvsadm silently takes the service's.
    if (server.forwarding != Forwarding::masquerade && !id.is_mark()) server.endpoint.port = id.endpoint.port;
    return server;
}

Parsed<Command> list_from(const Values& values) {
    const bool counted = values.has(stats) || values.has(rate) || values.has(thresholds);
    const bool other_table = values.has(timeout) || values.has(daemon);
    if ((counted && (values.has(connection) || other_table)) || (other_table && values.has(persistent_conn)))
        return refuse("options conflicts in the list command");
    const bool as_json = values.has(json);
    if (values.has(connection))
        return ListConnectionsCommand{
            .with_engine = values.has(persistent_conn), .numeric = values.has(numeric), .json = as_json};
    if (values.has(timeout)) return ListTimeoutsCommand{.json = as_json};
    if (values.has(daemon)) return ListDaemonsCommand{.json = as_json};
    ListCommand listed{.service = std::nullopt,
                       .exact = values.has(exact),
                       .sorted = !values.has(nosort),
                       .numeric = values.has(numeric),
                       .json = as_json};
    if (values.has(service_address)) listed.service = values.service_id();
    listed.columns = values.has(stats)             ? Columns::statistics
                     : values.has(rate)            ? Columns::rates
                     : values.has(thresholds)      ? Columns::thresholds
                     : values.has(persistent_conn) ? Columns::persistent_connections
                     : values.has(tun_info)        ? Columns::tunnels
                                                   : Columns::standard;
    return listed;
}

Parsed<Command> set_timeouts_from(const std::vector<std::string>& words) {
    constexpr int month = 31 * 24 * 3600;
    std::array<std::chrono::seconds, 3> timeouts{};
    for (std::size_t i = 0; i < timeouts.size(); ++i) {
        const auto seconds = number_between(words[i], 0, month);
        if (!seconds) return refuse(fmt::format("invalid timeout value `{}' specified", words[i]));
        timeouts.at(i) = std::chrono::seconds(*seconds);
    }
    return SetTimeoutsCommand{{.tcp = timeouts[0], .tcp_fin = timeouts[1], .udp = timeouts[2]}};
}

/// What the options and words of a checked command line ask for.
class Assembler {
  public:
    Assembler(const Scanner& scanned, const Values& values) : scanned_(scanned), values_(values) {}

    [[nodiscard]] Parsed<Command> command() const {
        const auto name = scanned_.command();
        if (name == "help") return HelpCommand{};
        if (name == "version") return VersionCommand{};
        if (name == "flush") return ClearCommand{};
        if (name == "save") return SaveCommand{.numeric = values_.has(numeric)};
        if (name == "restore") return RestoreCommand{.atomic = values_.has(atomic)};
        if (name == "list") return list_from(values_);
        if (name == "set") return set_timeouts_from(scanned_.arguments());
        if (name == "zero")
            return ZeroCommand{values_.has(service_address) ? std::optional(values_.service_id())
                                                            : std::nullopt};
        const auto role = scanned_.command_value() == "backup" ? SyncRole::backup : SyncRole::master;
        if (name == "stop-daemon") return StopDaemonCommand{role};
        if (name == "start-daemon") {
            auto started = values_.daemon;
            started.role = role;
            return StartDaemonCommand{started};
        }
        return change();
    }

  private:
    [[nodiscard]] Parsed<Command> change() const {
        const auto name = scanned_.command();
        const auto id = values_.service_id();
        if (name == "delete-service") return ChangeCommand{DeleteService{id}};
        if (name == "delete-server") return ChangeCommand{DeleteDestination{id, values_.server()}};
        if (name == "add-service" || name == "edit-service") {
            auto service = service_from(values_);
            if (!service) return tl::unexpected(service.error());
            if (name == "add-service") return ChangeCommand{AddService{*service}};
            return ChangeCommand{EditService{*service}};
        }
        auto server = server_from(values_);
        if (!server) return tl::unexpected(server.error());
        if (name == "add-server") return ChangeCommand{AddDestination{id, *server}};
        return ChangeCommand{EditDestination{id, *server}};
    }

    const Scanner& scanned_;
    const Values& values_;
};

/// Left-over words belong to --set alone, which wants three.
Parsed<void> check_arguments(const Scanner& scanned) {
    constexpr std::size_t timeouts = 3;
    const auto wanted = scanned.command() == "set" ? timeouts : 0;
    const auto& words = scanned.arguments();
    if (words.size() < wanted) return refuse("--set option requires 3 timeout values");
    if (words.size() > wanted) return refuse(fmt::format("unexpected argument {}", words[wanted]));
    return {};
}

}  // namespace

tl::expected<Command, Refusal> parse_command_line(std::span<const std::string> words,
                                                  const NameLookups& lookups, std::string_view program) {
    if (words.empty()) return ListCommand{};
    Values values(lookups);
    Scanner scanner(words, program, values);
    if (auto read = scanner.scan(); !read) return tl::unexpected(read.error());
    const auto command = scanner.command();
    if (command != "help" && command != "version") {
        // It is a part of a mark, whatever the order; the text is the original's.
        if (values.has(family) && !values.is_mark()) return refuse("-6 used before -f\n");
        if (auto read = values.finish(); !read) return tl::unexpected(read.error());
        if (auto checked = check_arguments(scanner); !checked) return tl::unexpected(checked.error());
        if (auto checked = check_options(command, values.given()); !checked)
            return tl::unexpected(checked.error());
    }
    return Assembler(scanner, values).command();
}

}  // namespace pulse::ipvs
