#include "options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include "pulse/base/text.h"

namespace pulse::nanny {

namespace po = boost::program_options;
using std::chrono::milliseconds;

namespace {

/// Options as read; what depends on others is settled at the end.
struct Draft {
    Options options;
    std::optional<std::string> server;
    std::optional<std::string> virtual_address;
    std::optional<net::Port> real_port;
    bool lvs = false;
    bool fos = false;
    bool nodaemon = false;
    bool nofork = false;
};

/// popt's words for what is wrong with a value; nullptr when nothing is.
using Problem = const char*;
constexpr Problem not_a_number = "invalid numeric value";
constexpr Problem out_of_range = "number too large or too small";

struct Row {
    const char* names;  ///< "long,short" as Boost.Program_options takes them
    const char* value;  ///< what the value is called in the help; nullptr for a switch
    const char* help;
    Problem (*read)(Draft&, const std::string&);
};

template <class T>
Problem read_number(const std::string& text, T& number) {
    const auto value = text.empty() ? std::nullopt : parse_c_integer(text);
    if (!value) return not_a_number;
    if (!std::in_range<T>(*value)) return out_of_range;
    number = static_cast<T>(*value);
    return nullptr;
}

/// "10" and "1.5s" are seconds, "250ms" is what it says; 0 is left to the caller's default, as in the
/// original.
Problem read_duration(std::string_view text, milliseconds& duration) {
    const bool fine = text.ends_with("ms");
    if (fine)
        text.remove_suffix(2);
    else if (text.ends_with('s'))
        text.remove_suffix(1);
    const auto dot = std::min(text.find('.'), text.size());
    const auto whole = parse_decimal<long long>(text.substr(0, dot));
    auto fraction = std::string(text.substr(std::min(dot + 1, text.size())));
    if (!whole || *whole < 0 || (dot != text.size() && (fraction.empty() || fraction.size() > 3)))
        return not_a_number;
    if (!std::all_of(fraction.begin(), fraction.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
        return not_a_number;
    constexpr long long longest = 1'000'000'000;  // seconds: 31 years, far from overflow in milliseconds
    if (*whole > longest || (fine && !fraction.empty())) return out_of_range;
    fraction.resize(3, '0');
    const auto unset = duration;
    duration =
        fine ? milliseconds(*whole) : milliseconds(*whole * 1000 + parse_decimal<int>(fraction).value_or(0));
    if (duration.count() == 0) duration = unset;
    return nullptr;
}

Problem read_mark(const std::string& text, std::optional<net::FirewallMark>& mark) {
    net::FirewallMark read;
    if (const auto* problem = read_number(text, read.number)) return problem;
    mark = read.number != 0 ? std::optional(read) : std::nullopt;
    return nullptr;
}

Problem read_formula(std::string_view name, load::Formula& formula) {
    if (name != "classic" && name != "bounded") return "unknown formula";
    formula = name == "classic" ? load::Formula::classic : load::Formula::bounded;
    return nullptr;
}

Problem read_shared(std::string_view kind, std::optional<Shared>& shared) {
    if (kind == "sockets")
        shared = Shared::sockets;
    else if (kind == "files")
        shared = Shared::files;
    else if (kind == "programs")
        shared = Shared::programs;
    return shared ? nullptr : "unknown kind";
}

/// The first letter after an optional dash: g, i, or anything else for m.
char method(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return text.starts_with('g') ? 'g' : text.starts_with('i') ? 'i' : 'm';
}

template <class Member>
Problem store(Member& member, const std::string& value) {
    member = value;
    return nullptr;
}

Problem turn_on(bool& flag) {
    flag = true;
    return nullptr;
}

Problem ignore() { return nullptr; }

using Text = const std::string&;

/// Every option, in the order of the help.
constexpr std::array rows{
    Row{"server,h", "IP", "real server to check (required)",
        [](Draft& d, Text v) { return store(d.server, v); }},
    Row{"lvs", nullptr, "monitor a virtual server (required)", [](Draft& d, Text) { return turn_on(d.lvs); }},
    Row{"fos", nullptr, "monitor a failover service (not available)",
        [](Draft& d, Text) { return turn_on(d.fos); }},
    Row{"port,p", "N", "virtual port (80)",
        [](Draft& d, Text v) { return read_number(v, d.options.spec.virtual_port.number); }},
    Row{"rport,r", "N", "port of the real server (as --port)",
        [](Draft& d, Text v) { return read_number(v, d.real_port.emplace().number); }},
    Row{"virtaddress,V", "IP", "virtual address",
        [](Draft& d, Text v) { return store(d.virtual_address, v); }},
    Row{"fwmark,f", "N", "firewall mark of the virtual server",
        [](Draft& d, Text v) { return read_mark(v, d.options.spec.fwmark); }},
    Row{"udp,u", nullptr, "check over UDP",
        [](Draft& d, Text) {
            d.options.spec.protocol = net::Protocol::udp;
            return ignore();
        }},
    Row{"sctp", nullptr, "check over SCTP",
        [](Draft& d, Text) {
            d.options.spec.protocol = net::Protocol::sctp;
            return ignore();
        }},
    Row{"interval,t", "TIME", "pause between checks and time limit of each (10); seconds, 250ms or 1.5s",
        [](Draft& d, Text v) { return read_duration(v, d.options.spec.interval); }},
    Row{"reentrytime,a", "TIME", "how long a failed server must be good again (180)",
        [](Draft& d, Text v) { return read_duration(v, d.options.spec.reentry); }},
    Row{"weight,w", "N", "weight of the real server (1)",
        [](Draft& d, Text v) { return read_number(v, d.options.spec.weight); }},
    Row{"method,M", "m|g|i", "forwarding: masquerade, gateway or ipip (m)",
        [](Draft& d, Text v) {
            d.options.spec.method = method(v);
            return ignore();
        }},
    Row{"ipvsadm,I", "PATH", "ignored: nanny never writes the kernel's table",
        [](Draft&, Text) { return ignore(); }},
    Row{"send_string,s", "TEXT", "what to send",
        [](Draft& d, Text v) { return store(d.options.spec.send, v); }},
    Row{"expect_string,x", "TEXT", "what the answer begins with; * for anything",
        [](Draft& d, Text v) { return store(d.options.spec.expect, v); }},
    Row{"regex", nullptr, "the expected text is a POSIX extended regular expression",
        [](Draft& d, Text) { return turn_on(d.options.spec.regex); }},
    Row{"send_program,e", "COMMAND",
        "check by running this instead; %h is the address, %p the port, %v the virtual address",
        [](Draft& d, Text v) { return store(d.options.spec.send_program, v); }},
    Row{"suppress,T", nullptr, "do not translate backslash sequences",
        [](Draft& d, Text) {
            d.options.escapes = health::Escapes::keep;
            return ignore();
        }},
    Row{"timeout", "TIME", "time limit of each check, if not the interval",
        [](Draft& d, Text v) {
            return read_duration(v, d.options.spec.timeout.emplace(d.options.spec.interval));
        }},
    Row{"label", "NAMES", "VIRTUAL/SERVER, for %n in --send_program",
        [](Draft& d, Text v) { return store(d.options.spec.label, v); }},
    Row{"once", nullptr, "check once, say how it went, and end: with 0 if the server is well, else with 1",
        [](Draft& d, Text) { return turn_on(d.options.once); }},
    Row{"quiesce_server,q", nullptr, "on failure the weight becomes 0 instead of the server being removed",
        [](Draft& d, Text) { return turn_on(d.options.spec.quiesce); }},
    Row{"rise", "N", "good checks in a row that a failed server needs (as --reentrytime makes it)",
        [](Draft& d, Text v) { return read_number(v, d.options.spec.rise); }},
    Row{"fall", "N", "failed checks in a row that it takes to be down (1)",
        [](Draft& d, Text v) { return read_number(v, d.options.spec.fall); }},
    Row{"retry-interval", "TIME", "pause before a failure is confirmed (as --interval)",
        [](Draft& d, Text v) { return read_duration(v, d.options.spec.retry_interval); }},
    Row{"hold-down", "TIME", "shortest time a server that fails again and again stays out (0: it does not)",
        [](Draft& d, Text v) { return read_duration(v, d.options.spec.hold_down); }},
    Row{"loadcmd,U", "COMMAND", "load monitor: none, rup, ruptime, agent or a program",
        [](Draft& d, Text v) { return store(d.options.spec.load_command, v); }},
    Row{"load-formula", "NAME", "bounded or classic: what a load does to the weight (bounded)",
        [](Draft& d, Text v) { return read_formula(v, d.options.spec.load_formula); }},
    Row{"load-interval", "TIME", "pause between readings of the load (20)",
        [](Draft& d, Text v) { return read_duration(v, d.options.spec.load_interval); }},
    Row{"agent-port", "N", "TCP port of --loadcmd=agent",
        [](Draft& d, Text v) { return read_number(v, d.options.spec.agent_port.number); }},
    Row{"weight-min", "N", "lowest weight that a load may lead to (1)",
        [](Draft& d, Text v) { return read_number(v, d.options.spec.weight_min.emplace()); }},
    Row{"weight-max", "N", "highest weight that a load may lead to (as --weight)",
        [](Draft& d, Text v) { return read_number(v, d.options.spec.weight_max.emplace()); }},
    Row{"slow-start", "TIME", "how long a server that returns takes to its full weight (0)",
        [](Draft& d, Text v) { return read_duration(v, d.options.spec.slow_start); }},
    Row{"scale,S", "N", "ignored",
        [](Draft&, Text v) {
            int scale = 0;
            return read_number(v, scale);
        }},
    Row{"shared", "KIND", "sockets, files or programs: what the checks need that the parent process will add",
        [](Draft& d, Text v) { return read_shared(v, d.options.shared); }},
    Row{"nodaemon,n", nullptr, "log to standard output", [](Draft& d, Text) { return turn_on(d.nodaemon); }},
    Row{"nofork,c", nullptr, "log to syslog", [](Draft& d, Text) { return turn_on(d.nofork); }},
    Row{"verbose,v", nullptr, "log more", [](Draft& d, Text) { return turn_on(d.options.spec.verbose); }},
    Row{"test-start", nullptr, "ignored: nanny never writes the kernel's table",
        [](Draft&, Text) { return ignore(); }},
    Row{"norun", nullptr, "ignored, as --test-start", [](Draft&, Text) { return ignore(); }},
    Row{"version", nullptr, "show the version", [](Draft&, Text) { return ignore(); }},
    Row{"help,?", nullptr, "show this text (-h is the server)", [](Draft&, Text) { return ignore(); }},
    Row{"usage", nullptr, "show the options in short", [](Draft&, Text) { return ignore(); }},
};

std::string_view long_name(const Row& row) { return split(row.names, ',').front(); }

/// "-h" or, without a short form, "--lvs"
std::string shortest_name(const Row& row) {
    const auto names = split(row.names, ',');
    return names.size() > 1 ? "-" + std::string(names[1]) : "--" + std::string(names[0]);
}

po::options_description description() {
    po::options_description options("Options");
    for (const auto& row : rows) {
        if (row.value != nullptr)
            options.add_options()(row.names, po::value<std::string>()->value_name(row.value), row.help);
        else
            options.add_options()(row.names, row.help);
    }
    for (const auto& row : health::check_option_table())
        options.add_options()(row.name.data(), po::value<std::string>()->value_name(row.value.data()),
                              row.help.data());
    return options;
}

std::string help() {
    std::ostringstream text;
    text << "Usage: nanny [OPTION...]\n"
            "Checks one real server and reports whether it is up: to lvsd, or on standard output when "
            "started by hand.\n"
            "Unless -c is given it stays in the foreground and logs to standard output; it never leaves the "
            "terminal\n"
            "by itself (the original did without -n or -c).\n\n"
         << description();
    return text.str();
}

std::string usage() {
    std::string text = "Usage: nanny";
    for (const auto& row : rows)
        text += " [" + shortest_name(row) + (row.value != nullptr ? std::string(" ") + row.value : "") + "]";
    return text + "\n";
}

/// Takes one option, known to `description`, by its long name.
Problem read(Draft& draft, const std::string& name, const std::string& value) {
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const Row& each) { return long_name(each) == name; });
    if (row != rows.end()) return row->read(draft, value);
    for (const auto& option : health::check_option_table())
        if (option.name == name)
            return option.read(draft.options.spec.check, value) ? nullptr : "invalid value";
    return "unknown option";
}

bool takes_value(const std::string& word) {
    const auto is = [&](const Row& row) {
        return row.value != nullptr &&
               (word == shortest_name(row) || word == "--" + std::string(long_name(row)));
    };
    const auto options = health::check_option_table();
    return std::any_of(rows.begin(), rows.end(), is) ||
           std::any_of(options.begin(), options.end(),
                       [&](const auto& option) { return word == "--" + std::string(option.name); });
}

/// popt gives an option the word after it whatever that looks like; Boost refuses one that looks like an
/// option. Such a pair is joined: "-s" "-x" becomes "-s-x".
std::vector<std::string> with_joined_values(const std::vector<std::string>& arguments) {
    std::vector<std::string> joined;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        joined.push_back(arguments[i]);
        auto& word = joined.back();
        const bool next_looks_like_one = i + 1 < arguments.size() && arguments[i + 1].starts_with('-');
        if (!next_looks_like_one || !takes_value(word)) continue;
        word += (word.starts_with("--") ? "=" : "") + arguments[++i];
    }
    return joined;
}

Farewell refusal(const std::string& text) { return {.status = 1, .text = "nanny: " + text + "\n"}; }

Farewell bad_argument(const std::string& option, std::string_view reason) {
    return refusal("bad argument " + option + ": " + std::string(reason));
}

std::variant<Options, Farewell> settle(Draft draft) {
    auto& spec = draft.options.spec;
    if (draft.options.shared && draft.server) return refusal("--shared goes without a server");
    spec.foreground = draft.nodaemon || !draft.nofork;
    if (draft.options.shared) return std::move(draft.options);
    if (!draft.server) return refusal("No address supplied. Use '--help' for help.");
    if (const auto address = net::IpAddress::parse(*draft.server))
        spec.real_server = *address;
    else
        return refusal("bad IP address -- " + *draft.server);
    if (draft.virtual_address) {
        const auto address = net::IpAddress::parse(*draft.virtual_address);
        if (!address) return refusal("bad IP address -- " + *draft.virtual_address);
        spec.virtual_address = *address;
    }
    if (const auto problem = health::problem(spec)) return refusal(*problem);
    if (draft.fos) return refusal("failover services (--fos) are not available; use --lvs");
    if (!draft.lvs) return refusal("unknown service type");
    spec.real_port = draft.real_port.value_or(spec.virtual_port);
    return std::move(draft.options);
}

}  // namespace

CommandLine::CommandLine() : known_(description()) {}

std::variant<Options, Farewell> parse_options(const std::vector<std::string>& arguments) {
    return CommandLine().parse(arguments);
}

std::variant<Options, Farewell> CommandLine::parse(const std::vector<std::string>& arguments) const {
    po::parsed_options parsed(&known_);
    try {
        using namespace po::command_line_style;
        parsed = po::command_line_parser(with_joined_values(arguments))
                     .options(known_)
                     .style(unix_style & ~allow_guessing)
                     .run();
    } catch (const po::unknown_option& e) {
        return bad_argument(e.get_option_name(), "unknown option");
    } catch (const po::invalid_command_line_syntax& e) {
        const bool missing = e.kind() == po::invalid_syntax::missing_parameter;
        if (missing)
            return bad_argument(arguments.back(), "missing argument");  // only the last word can lack one
        return bad_argument(e.get_option_name(), e.what());
    } catch (const po::error& e) {
        return refusal(e.what());
    }

    Draft draft;
    for (const auto& option : parsed.options) {
        if (option.position_key >= 0) return refusal("unexpected arguments");
        if (option.string_key == "help") return Farewell{.status = 0, .text = help()};
        if (option.string_key == "usage") return Farewell{.status = 0, .text = usage()};
        if (option.string_key == "version")
            return Farewell{.status = 0, .text = "nanny (pulse) " PULSE_VERSION "\n"};
        if (const auto* problem =
                read(draft, option.string_key, option.value.empty() ? "" : option.value.front()))
            return bad_argument(option.original_tokens.front(), problem);
    }
    return settle(std::move(draft));
}

}  // namespace pulse::nanny
