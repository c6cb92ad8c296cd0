#include <chrono>

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include "pulse/config_file/keys.h"
#include "pulse/control/client.h"

#include "command.h"

namespace pulse::pulsectl {

namespace po = boost::program_options;

namespace {

/// Asks the running pulse and shows its answer.
int ask(const std::string& socket, const Fields& request) {
    const auto answer = control::ask(socket, request);
    if (!answer) return refuse(answer.error());
    if (const auto error = answer->find("error")) return refuse(*error);
    const auto text = answer->find("text").value_or("");
    if (!text.empty()) fmt::print("{}\n", text);
    return status_fine;
}

/// The words of a command that goes to the running pulse, and where that listens.
struct Asked {
    std::vector<std::string> words;
    std::string socket;
};

tl::expected<Asked, int> read(const Command& command, Words words,
                              const po::options_description& more = po::options_description()) {
    Asked asked;
    po::options_description description("Options");
    description.add_options()("socket", po::value(&asked.socket)->default_value(control::default_socket),
                              "where the running pulse listens");
    for (const auto& option : more.options()) description.add(option);
    auto parsed = parse(command, words, description);
    if (!parsed) return tl::unexpected(parsed.error());
    asked.words = std::move(parsed->words);
    return asked;
}

int run_reload(const Command& command, Words words) {
    bool force = false;
    po::options_description more;
    more.add_options()("force", po::bool_switch(&force),
                       "also if that takes more than half of the real servers away");
    const auto asked = read(command, words, more);
    if (!asked) return asked.error();
    if (!asked->words.empty()) return refuse("reload takes no argument: pulse rereads the file it runs with");
    auto request = Fields().add("command", "reload");
    if (force) request.add("force", "1");
    return ask(asked->socket, request);
}

/// Asks for the same with each of the words; the worst exit status.
int ask_for_each(const Asked& asked, std::string_view request) {
    int worst = status_fine;
    for (const auto& servers : asked.words)
        worst = std::max(
            worst, ask(asked.socket, Fields().add("command", std::string(request)).add("servers", servers)));
    return worst;
}

int run_clear_hold(const Command& command, Words words) {
    const auto asked = read(command, words);
    if (!asked) return asked.error();
    if (asked->words.empty())
        return refuse(std::string(command.name) +
                      " needs VIRTUAL/SERVER; pulsectl status shows who is held down");
    return ask_for_each(*asked, "clear-hold");
}

int run_drain(const Command& command, Words words) {
    const auto asked = read(command, words);
    if (!asked) return asked.error();
    const bool drains = command.name == "drain";
    if (asked->words.empty() && drains) return ask(asked->socket, Fields().add("command", "drained"));
    if (asked->words.empty()) return refuse("undrain needs VIRTUAL/SERVER; pulsectl drain lists them");
    return ask_for_each(*asked, command.name);
}

int run_failover(const Command& command, Words words) {
    const auto asked = read(command, words);
    if (!asked) return asked.error();
    if (!asked->words.empty())
        return refuse("failover takes no argument: there are two routers, and the role goes to the other");
    return ask(asked->socket, Fields().add("command", "failover"));
}

/// What to do after a step of a change of keys.
std::string next_step(const heartbeat::Keys& keys) {
    const std::string copy = "Copy the file to the other router, then pulsectl reload on both";
    if (keys.size() == 1) return copy + ".";
    return copy + ", then pulsectl genkey --rotate again" +
           (keys[1].id == keys[0].id % 255 + 1 ? ": the new key will sign." : ": the old key will go.");
}

int run_genkey(const Command& command, Words words) {
    bool rotate = false;
    po::options_description description("Options");
    description.add_options()("rotate", po::bool_switch(&rotate), "the next step of a change of keys");
    const auto parsed = parse(command, words, description);
    if (!parsed) return parsed.error();
    if (parsed->words.size() > 1) return refuse("genkey takes one file");
    const std::string file =
        parsed->words.empty() ? "/etc/sysconfig/ha/heartbeat.key" : parsed->words.front();
    const auto secret = config_file::random_secret();
    if (!secret) return refuse(secret.error());
    heartbeat::Keys keys;
    if (rotate) {
        const auto old = config_file::read_keys(file);
        if (!old) return refuse(old.error());
        keys = *old;
    }
    keys = heartbeat::rotated(keys, *secret);
    if (auto written = config_file::write_keys(file, keys, !rotate); !written) return refuse(written.error());
    fmt::print("{}: {}. {}\n", file,
               keys.size() == 1 ? fmt::format("key {}", keys[0].id)
                                : fmt::format("key {} signs, key {} is accepted too", keys[0].id, keys[1].id),
               next_step(keys));
    if (!rotate) fmt::print("lvs.cf on both:  heartbeat_key_file = {}\n", file);
    return status_fine;
}

constexpr Command commands[] = {
    // NOLINT(modernize-avoid-c-arrays): sized by its rows
    {"reload", "", "Have the running pulse reread lvs.cf",
     "Applies every difference: services and servers, their checks, floating addresses, timers, the partner. "
     "What is\n"
     "unchanged is not touched, so connections survive. Prints what has changed, such as \"2 edits, 1 added, "
     "0 removed;\n"
     "floating address 10.0.0.12 added; deadtime changed\". A file with errors, one that ends inside a "
     "block, "
     "a name that\n"
     "nobody knows or a port that is taken changes nothing, and that is said. A file that takes more than "
     "half "
     "of the real\n"
     "servers away is taken only with --force; SIGHUP refuses it. The exit status is 0 only if lvsd has "
     "confirmed.\n",
     run_reload},
    {"status", "", "Say who is active, what is heard of the partner, and what is wrong",
     "Shows this router's role and what keeps it from it, the partner, every heartbeat path with its "
     "counters, links,\n"
     "ping nodes, how late this pulse has been, and each real server: whether it is up, why not, for how "
     "long "
     "it is held\n"
     "down because it keeps failing, and what its last check took. With --json the same for programs.\n",
     run_status},
    {"failover", "", "Move the role to the other router",
     "Said on the active router, the partner gets ready first, and takes over the moment this one lets go. "
     "Said on the\n"
     "standby router, it asks the partner for the role. Ends when that is decided. With auto_failback, the "
     "role stays\n"
     "where it was moved to until that router fails. The exit status is 0 only if the other router says that "
     "it "
     "has it.\n",
     run_failover},
    {"genkey", "[FILE]", "Make a key that signs heartbeats, or change it",
     "Writes a new file, mode 0600; the default is /etc/sysconfig/ha/heartbeat.key. Both routers need the "
     "same file, and\n"
     "heartbeat_key_file in lvs.cf. To change the key while both run: pulsectl genkey --rotate three times, "
     "each time\n"
     "followed by copying the file and pulsectl reload on both routers. The new key is accepted, then used, "
     "then alone.\n",
     run_genkey},
    {"admit", "VIRTUAL/SERVER...", "Bring real servers that are well again back now",
     "A server that failed is back only after reentry (or rise) good checks, and with hold_down it may be "
     "kept out for\n"
     "longer. This forgets what it did: it is checked at once, and in if that check is good. Either name may "
     "be * for\n"
     "all, and a server may be called by its address, as for drain.\n",
     run_clear_hold},
    {"clear-hold", "VIRTUAL/SERVER...", "Another name of admit", "See pulsectl admit --help.\n",
     run_clear_hold},
    {"drain", "[VIRTUAL/SERVER...]", "Give real servers no new connections",
     "Sets their weight to 0; connections that are open may end. That lasts, over reloads and restarts, "
     "until undrain.\n"
     "Either name may be * for all, and a server may be called by its address: pulsectl drain "
     "'*/10.0.1.11'.\n"
     "Without arguments, lists the servers that are drained. The partner keeps a list of its own. Where lvsd "
     "does not\n"
     "run, as on a cold standby, it is remembered, and said so.\n",
     run_drain},
    {"undrain", "VIRTUAL/SERVER...", "Take draining back",
     "The servers get new connections again, if they are up.\n", run_drain},
};

}  // namespace

std::span<const Command> control_commands() { return commands; }

}  // namespace pulse::pulsectl
