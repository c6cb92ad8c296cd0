#include "options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <iterator>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "pulse/base/text.h"

namespace pulse::nanny {

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
    const char* names;  ///< "long,short"
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
    Row{"source", "IP", "local address to speak from, where --check_source says nothing else",
        [](Draft& d, Text v) {
            d.options.spec.source = net::IpAddress::parse(v);
            return d.options.spec.source ? nullptr : "invalid address";
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

/// 0 if it has none.
char short_name(const Row& row) {
    const auto names = split(row.names, ',');
    return names.size() > 1 ? names[1].front() : '\0';
}

/// An option as the command line has it: of nanny itself, or a key of lvs.cf.
struct Known {
    const Row* row = nullptr;
    const health::CheckOption* key = nullptr;

    [[nodiscard]] bool takes_value() const { return row == nullptr || row->value != nullptr; }

    [[nodiscard]] Problem read(Draft& draft, const std::string& value) const {
        if (row != nullptr) return row->read(draft, value);
        return key->read(draft.options.spec.check, value) ? nullptr : "invalid value";
    }
};

std::optional<Known> known(std::string_view name) {
    for (const auto& row : rows)
        if (long_name(row) == name) return Known{.row = &row};
    for (const auto& key : health::check_option_table())
        if (key.name == name) return Known{.key = &key};
    return std::nullopt;
}

std::optional<Known> known(char letter) {
    const auto found = std::ranges::find(rows, letter, short_name);
    return found != rows.end() ? std::optional(Known{.row = &*found}) : std::nullopt;
}

/// One line of the help: the option, and beside it what it does.
std::string described(std::string option, std::string_view value, std::string_view help) {
    constexpr std::size_t column = 32;
    if (!value.empty()) option += " " + std::string(value);
    option.resize(std::max(column, option.size() + 1), ' ');
    return option + std::string(help) + "\n";
}

std::string help() {
    std::string text =
        "Usage: nanny [OPTION...]\n"
        "Checks one real server and reports whether it is up: to lvsd, or on standard output when started by "
        "hand.\n"
        "Unless -c is given it stays in the foreground and logs to standard output; it never leaves the "
        "terminal\n"
        "by itself (the original did without -n or -c).\n\n"
        "Options:\n";
    for (const auto& row : rows) {
        const char letter = short_name(row);
        const auto before = letter != '\0' ? std::string("  -") + letter + ", --" : std::string("      --");
        text +=
            described(before + std::string(long_name(row)), row.value != nullptr ? row.value : "", row.help);
    }
    for (const auto& key : health::check_option_table())
        text += described("      --" + std::string(key.name), key.value, key.help);
    return text;
}

std::string usage() {
    std::string text = "Usage: nanny";
    for (const auto& row : rows) {
        const char letter = short_name(row);
        text += letter != '\0' ? std::string(" [-") + letter : " [--" + std::string(long_name(row));
        text += (row.value != nullptr ? std::string(" ") + row.value : "") + "]";
    }
    return text + "\n";
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

/// Goes through the words once.
class Reading {
  public:
    explicit Reading(const std::vector<std::string>& words) : word_(words.begin()), end_(words.end()) {}

    std::variant<Options, Farewell> operator()() {
        for (; word_ != end_ && !farewell_; ++word_) {
            const std::string_view text(*word_);
            if (text == "--" && std::next(word_) == end_) continue;
            if (text == "--" || text == "-" || !text.starts_with('-')) return refusal("unexpected arguments");
            if (text.starts_with("--"))
                take_long(text.substr(2));
            else
                take_letters(text.substr(1));
        }
        if (farewell_) return std::move(*farewell_);
        return settle(std::move(draft_));
    }

  private:
    void end(Farewell farewell) { farewell_ = std::move(farewell); }

    void take_long(std::string_view text) {
        const auto equals = std::min(text.find('='), text.size());
        const auto name = text.substr(0, equals);
        if (name == "help") return end({.status = 0, .text = help()});
        if (name == "usage") return end({.status = 0, .text = usage()});
        if (name == "version") return end({.status = 0, .text = "nanny (pulse) " PULSE_VERSION "\n"});
        const auto option = known(name);
        if (!option) return end(bad_argument("--" + std::string(name), "unknown option"));
        if (equals < text.size())
            take(*option, std::string(text.substr(equals + 1)));
        else
            take(*option, std::nullopt);
    }

    /// Several switches and at last an option with a value may share a word: -quvp443.
    void take_letters(std::string_view letters) {
        while (!letters.empty() && !farewell_) {
            const char letter = letters.front();
            letters.remove_prefix(1);
            const auto option = known(letter);
            if (!option) return end(bad_argument(std::string("-") + letter, "unknown option"));
            if (letter == '?') return take_long("help");
            if (!option->takes_value())
                take(*option, std::nullopt);
            else if (letters.empty())
                return take(*option, std::nullopt);
            else
                return take(*option, std::string(letters));
        }
    }

    /// `value`: what its own word has of it; else it is the next word, whatever that looks like.
    void take(const Known& option, std::optional<std::string> value) {
        const auto& written = *word_;
        if (!option.takes_value() && value) return end(bad_argument(written, "it takes no value"));
        if (option.takes_value() && !value) {
            if (std::next(word_) == end_) return end(bad_argument(written, "missing argument"));
            value = *++word_;
        }
        if (const auto* problem = option.read(draft_, value.value_or("")))
            end(bad_argument(written, problem));
    }

    std::vector<std::string>::const_iterator word_;
    std::vector<std::string>::const_iterator end_;
    Draft draft_;
    std::optional<Farewell> farewell_;
};

}  // namespace

std::variant<Options, Farewell> parse_options(const std::vector<std::string>& arguments) {
    return Reading(arguments)();
}

}  // namespace pulse::nanny
