#include "options.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace pulse::ipvs {

namespace {

using enum OptionClass;
using enum Option::Value;

constexpr std::array options{
    Option{'A', "add-service", command, "add-service", none},
    Option{'E', "edit-service", command, "edit-service", none},
    Option{'D', "delete-service", command, "delete-service", none},
    Option{'C', "clear", command, "flush", none},
    Option{'R', "restore", command, "restore", none},
    Option{'S', "save", command, "save", none},
    Option{'a', "add-server", command, "add-server", none},
    Option{'e', "edit-server", command, "edit-server", none},
    Option{'d', "delete-server", command, "delete-server", none},
    Option{'L', "list", command, "list", none},
    Option{'l', "list", command, "list", none},
    Option{'Z', "zero", command, "zero", none},
    Option{'\0', "set", command, "set", none},
    Option{'\0', "start-daemon", command, "start-daemon", required},
    Option{'\0', "stop-daemon", command, "stop-daemon", required},
    Option{'h', "help", command, "help", none},
    Option{'v', "version", command, "version", none},
    Option{'t', "tcp-service", service_address, "service-address", required},
    Option{'u', "udp-service", service_address, "service-address", required},
    Option{'\0', "sctp-service", service_address, "service-address", required},
    Option{'f', "fwmark-service", service_address, "service-address", required},
    Option{'s', "scheduler", scheduler, "scheduler", required},
    Option{'p', "persistent", persistent, "persistent", optional},
    Option{'M', "netmask", netmask, "netmask", required},
    Option{'r', "real-server", real_server, "real-server", required},
    Option{'g', "gatewaying", forwarding_method, "forwarding-method", none},
    Option{'i', "ipip", forwarding_method, "forwarding-method", none},
    Option{'m', "masquerading", forwarding_method, "forwarding-method", none},
    Option{'w', "weight", weight, "weight", required},
    Option{'x', "u-threshold", u_threshold, "u-threshold", required},
    Option{'y', "l-threshold", l_threshold, "l-threshold", required},
    Option{'\0', "mcast-interface", mcast_interface, "mcast-interface", required},
    Option{'\0', "mcast-group", mcast_group, "mcast-group", required},
    Option{'\0', "mcast-port", mcast_port, "mcast-port", required},
    Option{'\0', "mcast-ttl", mcast_ttl, "mcast-ttl", required},
    Option{'\0', "sync-maxlen", sync_maxlen, "sync-maxlen", required},
    Option{'\0', "syncid", syncid, "syncid", required},
    Option{'c', "connection", connection, "connection", none},
    Option{'\0', "timeout", timeout, "timeout", none},
    Option{'\0', "daemon", daemon, "daemon", none},
    Option{'\0', "stats", stats, "stats", none},
    Option{'\0', "rate", rate, "rate", none},
    Option{'\0', "thresholds", thresholds, "thresholds", none},
    Option{'\0', "persistent-conn", persistent_conn, "persistent-conn", none},
    Option{'\0', "tun-info", tun_info, "tun-info", none},
    Option{'\0', "nosort", nosort, "nosort", none},
    Option{'\0', "sort", sort, "sort", none},
    Option{'X', "exact", exact, "exact", none},
    Option{'n', "numeric", numeric, "numeric", none},
    Option{'6', "ipv6", family, "ipv6", none},
    Option{'o', "ops", ops, "ops", none},
    Option{'\0', "pe", pe, "pe", required},
    Option{'b', "sched-flags", sched_flags, "sched-flags", required},
    Option{'\0', "tun-type", tun_type, "tun-type", required},
    Option{'\0', "tun-port", tun_port, "tun-port", required},
    Option{'\0', "tun-nocsum", tun_nocsum, "tun-nocsum", none},
    Option{'\0', "tun-csum", tun_csum, "tun-csum", none},
    Option{'\0', "tun-remcsum", tun_remcsum, "tun-remcsum", none},
    Option{'\0', "json", json, "json", none},
    Option{'\0', "atomic", atomic, "atomic", none},
};

/// What a command, or a type of tunnel, makes of options.
struct Rule {
    std::string_view name;
    OptionSet required;
    OptionSet allowed;
    OptionSet alternatives{};  ///< at most one of these
};

constexpr OptionSet of_a_service{scheduler, persistent, netmask, ops, pe, sched_flags};
constexpr OptionSet of_a_server{forwarding_method, weight,     u_threshold, l_threshold, tun_type,
                                tun_port,          tun_nocsum, tun_csum,    tun_remcsum};
constexpr OptionSet one_listing{connection, service_address, timeout, daemon};

constexpr std::array rules{
    Rule{"add-service", {service_address}, of_a_service},
    Rule{"edit-service", {service_address}, of_a_service},
    Rule{"delete-service", {service_address}, {}},
    Rule{"flush", {}, {}},
    Rule{"restore", {}, {atomic}},
    Rule{"save", {}, {numeric}},
    Rule{"add-server", {service_address, real_server}, of_a_server},
    Rule{"edit-server", {service_address, real_server}, of_a_server},
    Rule{"delete-server", {service_address, real_server}, {}},
    Rule{"list",
         {},
         {numeric, stats, rate, thresholds, persistent_conn, nosort, exact, tun_info, json},
         one_listing},
    Rule{"zero", {}, {service_address}},
    Rule{"set", {}, {}},
    Rule{"start-daemon", {}, {syncid, mcast_interface, mcast_group, mcast_port, mcast_ttl, sync_maxlen}},
    Rule{"stop-daemon", {}, {syncid}},
    Rule{"help", {}, {}},
    Rule{"version", {}, {}},
};

constexpr OptionSet tunnel_options{tun_port, tun_nocsum, tun_csum, tun_remcsum};
constexpr std::array tunnel_rules{
    Rule{"ipip", {}, {}},
    Rule{"gue", {tun_port}, {}, {tun_nocsum, tun_csum, tun_remcsum}},
    Rule{"gre", {}, {}, {tun_nocsum, tun_csum}},
};

std::string_view name_of(OptionClass kind) { return std::ranges::find(options, kind, &Option::kind)->name; }

/// `owner` is the rule's name as a message says it: "the 'list' command".
Parsed<void> check(const Rule& rule, const OptionSet& given, const OptionSet& judged, std::string_view what) {
    OptionClass first_alternative = OptionClass::command;
    for (auto at = static_cast<unsigned>(numeric); at < static_cast<unsigned>(family); ++at) {
        const auto kind = static_cast<OptionClass>(at);
        if (!judged.has(kind)) continue;
        if (!given.has(kind)) {
            if (rule.required.has(kind))
                return refuse(fmt::format("You need to supply the '{}' option for the '{}' {}", name_of(kind),
                                          rule.name, what));
            continue;
        }
        if (rule.alternatives.has(kind)) {
            if (first_alternative != OptionClass::command)
                return refuse(fmt::format("The option '{}' conflicts with the '{}' option in the '{}' {}",
                                          name_of(kind), name_of(first_alternative), rule.name, what));
            first_alternative = kind;
        } else if (!rule.required.has(kind) && !rule.allowed.has(kind)) {
            return refuse(
                fmt::format("Illegal '{}' option with the '{}' {}", name_of(kind), rule.name, what));
        }
    }
    return {};
}

constexpr OptionSet every_class() {
    OptionSet all;
    for (auto at = static_cast<unsigned>(numeric); at < static_cast<unsigned>(family); ++at)
        all.add(static_cast<OptionClass>(at));
    return all;
}

}  // namespace

tl::unexpected<Refusal> refuse(std::string text, int status) {
    return tl::unexpected<Refusal>(Refusal{.status = status, .text = std::move(text)});
}

tl::unexpected<Refusal> try_help(std::string_view program) {
    constexpr int status = 255;
    return refuse(fmt::format("Try `{0} -h' or '{0} --help' for more information.", program), status);
}

const Option* option_by_letter(char letter) {
    const auto* found = std::ranges::find(options, letter, &Option::letter);
    return letter == '\0' || found == options.end() ? nullptr : found;
}

const Option* option_by_word(std::string_view word) {
    if (const auto* exact_match = std::ranges::find(options, word, &Option::word);
        exact_match != options.end())
        return exact_match;
    const Option* only_match = nullptr;
    for (const auto& option : options) {
        if (!option.word.starts_with(word)) continue;
        if (only_match != nullptr && only_match->word != option.word) return nullptr;
        only_match = &option;
    }
    return only_match;
}

std::vector<std::string_view> long_options() {
    std::vector<std::string_view> words;
    words.reserve(options.size());
    for (const auto& option : options) words.push_back(option.word);
    return words;
}

Parsed<void> check_options(std::string_view command_name, const OptionSet& given) {
    const auto* rule = std::ranges::find(rules, command_name, &Rule::name);
    return check(*rule, given, every_class(), "command");
}

Parsed<void> check_tunnel_options(std::string_view type, const OptionSet& given) {
    const auto* rule = std::ranges::find(tunnel_rules, type, &Rule::name);
    return check(*rule, given, tunnel_options, "tunnel type");
}

}  // namespace pulse::ipvs
