#include "pulse/ipvs/command_line.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "pulse/base/text.h"

namespace pulse::ipvs {

namespace {

/// Every option by what it decides. The classes from `service` on are what messages call them.
enum class Class {
    command,
    service,
    scheduler,
    persistent,
    netmask,
    real_server,
    forwarding,
    weight,
    u_threshold,
    l_threshold,
    numeric,
    ops,
    family
};

enum class Value { none, required, optional };

struct Option {
    char letter;  ///< '\0': long form only
    std::string_view word;
    Class kind;
    std::string_view name;  ///< in messages; for commands too
    Value value;
};

constexpr std::array options{
    Option{'A', "add-service", Class::command, "add-service", Value::none},
    Option{'E', "edit-service", Class::command, "edit-service", Value::none},
    Option{'D', "delete-service", Class::command, "delete-service", Value::none},
    Option{'C', "clear", Class::command, "flush", Value::none},
    Option{'a', "add-server", Class::command, "add-server", Value::none},
    Option{'e', "edit-server", Class::command, "edit-server", Value::none},
    Option{'d', "delete-server", Class::command, "delete-server", Value::none},
    Option{'L', "list", Class::command, "list", Value::none},
    Option{'l', "list", Class::command, "list", Value::none},
    Option{'h', "help", Class::command, "help", Value::none},
    Option{'v', "version", Class::command, "version", Value::none},
    Option{'t', "tcp-service", Class::service, "service-address", Value::required},
    Option{'u', "udp-service", Class::service, "service-address", Value::required},
    Option{'\0', "sctp-service", Class::service, "service-address", Value::required},
    Option{'f', "fwmark-service", Class::service, "service-address", Value::required},
    Option{'s', "scheduler", Class::scheduler, "scheduler", Value::required},
    Option{'p', "persistent", Class::persistent, "persistent", Value::optional},
    Option{'M', "netmask", Class::netmask, "netmask", Value::required},
    Option{'r', "real-server", Class::real_server, "real-server", Value::required},
    Option{'g', "gatewaying", Class::forwarding, "forwarding-method", Value::none},
    Option{'i', "ipip", Class::forwarding, "forwarding-method", Value::none},
    Option{'m', "masquerading", Class::forwarding, "forwarding-method", Value::none},
    Option{'w', "weight", Class::weight, "weight", Value::required},
    Option{'x', "u-threshold", Class::u_threshold, "u-threshold", Value::required},
    Option{'y', "l-threshold", Class::l_threshold, "l-threshold", Value::required},
    Option{'n', "numeric", Class::numeric, "numeric", Value::none},
    Option{'o', "ops", Class::ops, "ops", Value::none},
    Option{'6', "ipv6", Class::family, "ipv6", Value::none},
};

struct CommandRow {
    std::string_view name;
    std::vector<Class> required;
    std::vector<Class> allowed;
};

const std::vector<CommandRow>& command_rows() {
    using enum Class;
    static const std::vector<CommandRow> rows{
        {"add-service", {service}, {scheduler, persistent, netmask, ops, family}},
        {"edit-service", {service}, {scheduler, persistent, netmask, ops, family}},
        {"delete-service", {service}, {family}},
        {"add-server", {service, real_server}, {forwarding, weight, u_threshold, l_threshold, family}},
        {"edit-server", {service, real_server}, {forwarding, weight, u_threshold, l_threshold, family}},
        {"delete-server", {service, real_server}, {family}},
        {"list", {}, {service, numeric, family}},
        {"flush", {}, {}},
        {"help", {}, {}},
        {"version", {}, {}},
    };
    return rows;
}

struct Given {
    const Option* option = nullptr;
    std::optional<std::string> value;
};

template <class T>
using Parsed = tl::expected<T, Refusal>;

tl::unexpected<Refusal> refuse(std::string text, int status = 2) {
    return tl::unexpected<Refusal>(Refusal{.status = status, .text = std::move(text)});
}

constexpr int status_unknown_option = 255;

tl::unexpected<Refusal> try_help() {
    return refuse("Try `ipvsadm -h' or 'ipvsadm --help' for more information.", status_unknown_option);
}

const Option* by_letter(char letter) {
    const auto* found = std::ranges::find(options, letter, &Option::letter);
    return found == options.end() ? nullptr : found;
}

/// The option spelled in full, or the only one that begins so.
const Option* by_word(std::string_view word) {
    if (const auto* exact = std::ranges::find(options, word, &Option::word); exact != options.end())
        return exact;
    const Option* only_match = nullptr;
    for (const auto& option : options) {
        if (!option.word.starts_with(word)) continue;
        if (only_match != nullptr && only_match->word != option.word) return nullptr;
        only_match = &option;
    }
    return only_match;
}

/// Splits words into options with their values.
class Scanner {
  public:
    explicit Scanner(std::span<const std::string> words) : words_(words) {}

    Parsed<std::vector<Given>> scan() {
        while (at_ < words_.size()) {
            const std::string_view word = words_[at_++];
            Parsed<void> read;
            if (word.starts_with("--") && word.size() > 2)
                read = long_option(word.substr(2));
            else if (word.starts_with('-') && word.size() > 1)
                read = short_options(word.substr(1));
            else if (given_.empty())
                return try_help();
            else
                read = refuse(fmt::format("unexpected argument {}", word));
            if (!read) return tl::unexpected(read.error());
            if (ends_at_once()) break;
        }
        return std::move(given_);
    }

  private:
    bool ends_at_once() const {
        return !given_.empty() &&
               (given_.front().option->name == "help" || given_.front().option->name == "version");
    }

    Parsed<void> long_option(std::string_view word) {
        const auto equals = word.find('=');
        const auto* option = by_word(word.substr(0, equals));
        const bool glued = equals != std::string_view::npos;
        if (option == nullptr || (glued && option->value == Value::none))
            return given_.empty() ? try_help()
                                  : refuse(fmt::format("--{}: unknown option", word), status_unknown_option);
        return take(option, glued ? std::optional(std::string(word.substr(equals + 1))) : std::nullopt,
                    "--" + std::string(word));
    }

    Parsed<void> short_options(std::string_view letters) {
        while (!letters.empty()) {
            const auto* option = by_letter(letters.front());
            if (option == nullptr)
                return given_.empty() ? try_help()
                                      : refuse(fmt::format("-{}: unknown option", letters.front()),
                                               status_unknown_option);
            const auto typed = "-" + std::string(letters.substr(0, 1));
            letters.remove_prefix(1);
            if (option->value == Value::none) {
                if (auto taken = take(option, std::nullopt, typed); !taken) return taken;
                continue;
            }
            const auto glued = letters.empty() ? std::nullopt : std::optional(std::string(letters));
            return take(option, glued, typed);
        }
        return {};
    }

    Parsed<void> take(const Option* option, std::optional<std::string> value, const std::string& typed) {
        if (given_.empty() && option->kind != Class::command) return try_help();
        if (!given_.empty() && option->kind == Class::command)
            return refuse(fmt::format("invalid option `{}'", typed));
        if (!value && option->value != Value::none) {
            const bool has_next = at_ < words_.size();
            if (option->value == Value::required) {
                if (!has_next)
                    return refuse(fmt::format("{}: missing argument", typed), status_unknown_option);
                value = words_[at_++];
            } else if (has_next && !words_[at_].starts_with('-')) {
                value = words_[at_++];
            }
        }
        const auto repeated =
            std::ranges::any_of(given_, [&](const Given& g) { return g.option->kind == option->kind; });
        if (repeated) return refuse(fmt::format("multiple '{}' options specified", option->name));
        given_.push_back({option, std::move(value)});
        return {};
    }

    std::span<const std::string> words_;
    std::size_t at_ = 0;
    std::vector<Given> given_;
};

/// Reads the values of one command line.
class Reader {
  public:
    Reader(const std::vector<Given>& given, const NameLookups& lookups) : given_(given), lookups_(lookups) {}

    Parsed<Command> command() {
        const auto name = given_.front().option->name;
        if (name == "help") return HelpCommand{};
        if (name == "version") return VersionCommand{};
        if (auto checked = check_allowed(name); !checked) return tl::unexpected(checked.error());
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
        auto read = server(*id);
        if (!read) return tl::unexpected(read.error());
        if (name == "delete-server") return DeleteServerCommand{*id, read->endpoint};
        if (name == "add-server") return AddServerCommand{*id, *read};
        return EditServerCommand{*id, *read};
    }

  private:
    const Given* find(Class kind) const {
        const auto found =
            std::ranges::find_if(given_, [&](const Given& g) { return g.option->kind == kind; });
        return found == given_.end() ? nullptr : &*found;
    }

    Parsed<void> check_allowed(std::string_view command) const {
        const auto row = std::ranges::find(command_rows(), command, &CommandRow::name);
        for (const auto& given : given_) {
            const auto kind = given.option->kind;
            if (kind == Class::command || std::ranges::count(row->required, kind) > 0 ||
                std::ranges::count(row->allowed, kind) > 0)
                continue;
            return refuse(
                fmt::format("Illegal '{}' option with the '{}' command", given.option->name, command));
        }
        for (const auto kind : row->required) {
            if (find(kind) != nullptr) continue;
            const auto* option = std::ranges::find(options, kind, &Option::kind);
            return refuse(fmt::format("You need to supply the '{}' option for the '{}' command", option->name,
                                      command));
        }
        return {};
    }

    Parsed<Command> list() const {
        ListCommand listed{.service = std::nullopt, .numeric = find(Class::numeric) != nullptr};
        if (find(Class::service) != nullptr) {
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
            port = text.substr(close + 2);
        } else if (std::ranges::count(text, ':') == 1) {
            const auto colon = text.find(':');
            host = text.substr(0, colon);
            port = text.substr(colon + 1);
        }
        if (host.empty() || host.find_first_not_of("0123456789") == std::string_view::npos)
            return std::nullopt;
        auto address = net::IpAddress::parse_lenient(host);
        if (!address) address = lookups_.host(host);
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
        const auto& given = *find(Class::service);
        const bool v6 = find(Class::family) != nullptr;
        if (given.option->letter == 'f') {
            const auto mark = parse_decimal<std::uint32_t>(*given.value);
            if (!mark || *mark == 0)
                return refuse(fmt::format("invalid fwmark value `{}' specified", *given.value));
            return ServiceId::marked({*mark}, v6 ? net::Family::v6 : net::Family::v4);
        }
        if (v6) return refuse("-6 used before -f\n");
        const auto protocol = given.option->letter == 't'   ? net::Protocol::tcp
                              : given.option->letter == 'u' ? net::Protocol::udp
                                                            : net::Protocol::sctp;
        const auto at = endpoint(*given.value, protocol, {});
        if (!at) return refuse("illegal virtual server address[:port] specified");
        return ServiceId::at(protocol, *at);
    }

    Parsed<Service> service(const ServiceId& id) const {
        Service service{.id = id};
        if (const auto* given = find(Class::scheduler)) service.scheduler = given->value->substr(0, 15);
        if (const auto* given = find(Class::persistent)) {
            const auto seconds = parse_decimal<int>(given->value.value_or("360"));
            constexpr int month = 31 * 24 * 3600;
            if (!seconds || *seconds < 1 || *seconds > month)
                return refuse(fmt::format("invalid timeout value `{}' specified", given->value.value_or("")));
            service.persistence = Persistence{.timeout = std::chrono::seconds(*seconds),
                                              .mask = net::Netmask::host(id.family),
                                              .engine = {}};
        }
        if (const auto* given = find(Class::netmask)) {
            const auto mask = net::Netmask::parse(*given->value, id.family);
            if (!mask || mask->bits().is_unspecified())
                return refuse(id.family == net::Family::v4
                                  ? "illegal virtual server persistent mask specified"
                                  : "illegal ipv6 netmask specified");
            if (service.persistence) service.persistence->mask = *mask;
        }
        service.one_packet = find(Class::ops) != nullptr;
        if (service.one_packet && !id.is_mark() && id.protocol != net::Protocol::udp)
            return refuse("One-Packet Scheduling is only for UDP virtual services");
        if (!id.is_mark() && id.endpoint.port.number == 0 && !service.persistence)
            return refuse("Zero port specified for non-persistent service");
        return service;
    }

    Parsed<Destination> server(const ServiceId& id) const {
        const auto at = endpoint(*find(Class::real_server)->value, id.protocol, id.endpoint.port);
        if (!at) return refuse("illegal real server address[:port] specified");
        Destination destination{.endpoint = *at};
        if (const auto* given = find(Class::forwarding))
            destination.forwarding = given->option->letter == 'm'   ? Forwarding::masquerade
                                     : given->option->letter == 'i' ? Forwarding::tunnel
                                                                    : Forwarding::direct;
        if (at->address.family() != id.family && destination.forwarding != Forwarding::tunnel)
            return refuse("Different address family is allowed only for tunneling servers");
        // Only masquerading can change the port; for the others ipvsadm silently takes the service's.
        if (destination.forwarding != Forwarding::masquerade && !id.is_mark() && deletes_nothing())
            destination.endpoint.port = id.endpoint.port;
        const auto weight = number(Class::weight, 1);
        if (!weight) return refuse("illegal weight specified");
        const auto upper = number(Class::u_threshold, 0);
        if (!upper) return refuse("illegal u_threshold specified");
        const auto lower = number(Class::l_threshold, 0);
        if (!lower) return refuse("illegal l_threshold specified");
        destination.weight = *weight;
        destination.upper_threshold = static_cast<std::uint32_t>(*upper);
        destination.lower_threshold = static_cast<std::uint32_t>(*lower);
        return destination;
    }

    bool deletes_nothing() const { return given_.front().option->name != "delete-server"; }

    std::optional<std::int32_t> number(Class kind, std::int32_t absent) const {
        const auto* given = find(kind);
        if (given == nullptr) return absent;
        const auto value = parse_decimal<std::int32_t>(*given->value);
        return value && *value >= 0 ? value : std::nullopt;
    }

    const std::vector<Given>& given_;
    const NameLookups& lookups_;
};

}  // namespace

tl::expected<Command, Refusal> parse_command_line(std::span<const std::string> words,
                                                  const NameLookups& lookups) {
    if (words.empty()) return ListCommand{};
    auto given = Scanner(words).scan();
    if (!given) return tl::unexpected(given.error());
    return Reader(*given, lookups).command();
}

std::string usage() {
    return "Usage:\n"
           "  ipvsadm -A|E -t|u|f SERVICE [-s SCHEDULER] [-p [SECONDS]] [-M NETMASK] [-o]\n"
           "  ipvsadm -D -t|u|f SERVICE\n"
           "  ipvsadm -C\n"
           "  ipvsadm -a|e -t|u|f SERVICE -r SERVER [-g|i|m] [-w WEIGHT] [-x UPPER] [-y LOWER]\n"
           "  ipvsadm -d -t|u|f SERVICE -r SERVER\n"
           "  ipvsadm [-L|l [-t|u|f SERVICE] [-n]]\n"
           "  ipvsadm -h | -v\n"
           "\n"
           "Commands:\n"
           "  -A, --add-service      add a virtual service\n"
           "  -E, --edit-service     change a virtual service; what is not given goes back to its default\n"
           "  -D, --delete-service   remove a virtual service and its servers\n"
           "  -C, --clear            remove everything\n"
           "  -a, --add-server       add a real server to a service\n"
           "  -e, --edit-server      change a real server; what is not given goes back to its default\n"
           "  -d, --delete-server    remove a real server\n"
           "  -L, -l, --list         show the table\n"
           "  -h, --help             show this text\n"
           "  -v, --version          show the version\n"
           "\n"
           "Services and servers:\n"
           "  -t, --tcp-service      ADDRESS[:PORT] over TCP ([IPv6]:PORT too)\n"
           "  -u, --udp-service      ADDRESS[:PORT] over UDP\n"
           "      --sctp-service     ADDRESS[:PORT] over SCTP\n"
           "  -f, --fwmark-service   packets with this firewall mark (1-4294967295)\n"
           "  -6, --ipv6             the marked packets are IPv6\n"
           "  -r, --real-server      ADDRESS[:PORT]; without a port, the service's\n"
           "\n"
           "Options:\n"
           "  -s, --scheduler        rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh twos (default wlc)\n"
           "  -p, --persistent       send a client to the same server for SECONDS (default 360)\n"
           "  -M, --netmask          clients equal under this mask are one client\n"
           "  -o, --ops              schedule every packet by itself (UDP)\n"
           "  -g, --gatewaying       direct routing (default)\n"
           "  -i, --ipip             IP tunnel\n"
           "  -m, --masquerading     NAT\n"
           "  -w, --weight           share of new connections (default 1; 0 takes none)\n"
           "  -x, --u-threshold      no new connections above this many\n"
           "  -y, --l-threshold      new ones again below this many\n"
           "  -n, --numeric          show numbers instead of names\n";
}

}  // namespace pulse::ipvs
