#include <chrono>

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

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

tl::expected<Asked, int> read(const Command& command, Words words) {
    Asked asked;
    po::options_description description("Options");
    description.add_options()("socket", po::value(&asked.socket)->default_value(control::default_socket),
                              "where the running pulse listens");
    auto parsed = parse(command, words, description);
    if (!parsed) return tl::unexpected(parsed.error());
    asked.words = std::move(parsed->words);
    return asked;
}

int run_reload(const Command& command, Words words) {
    const auto asked = read(command, words);
    if (!asked) return asked.error();
    if (!asked->words.empty()) return refuse("reload takes no argument: pulse rereads the file it runs with");
    return ask(asked->socket, Fields().add("command", "reload"));
}

int run_drain(const Command& command, Words words) {
    const auto asked = read(command, words);
    if (!asked) return asked.error();
    const bool drains = command.name == "drain";
    if (asked->words.empty() && drains) return ask(asked->socket, Fields().add("command", "drained"));
    if (asked->words.empty()) return refuse("undrain needs VIRTUAL/SERVER; pulsectl drain lists them");
    int worst = status_fine;
    for (const auto& servers : asked->words) {
        const auto request = Fields().add("command", std::string(command.name)).add("servers", servers);
        worst = std::max(worst, ask(asked->socket, request));
    }
    return worst;
}

constexpr Command commands[] = {
    // NOLINT(modernize-avoid-c-arrays): sized by its rows
    {"reload", "", "Have the running pulse reread lvs.cf",
     "Applies every difference: services and servers, their checks, floating addresses, timers, the partner. "
     "What is\n"
     "unchanged is not touched, so connections survive. Prints what has changed, such as \"2 edits, 1 added, "
     "0 removed\";\n"
     "a file with errors changes nothing, and they are printed.\n",
     run_reload},
    {"drain", "[VIRTUAL/SERVER...]", "Give real servers no new connections",
     "Sets their weight to 0; connections that are open may end. That lasts, over reloads and restarts, "
     "until undrain.\n"
     "Either name may be * for all, and a server may be called by its address: pulsectl drain "
     "'*/10.0.1.11'.\n"
     "Without arguments, lists the servers that are drained. The partner keeps a list of its own.\n",
     run_drain},
    {"undrain", "VIRTUAL/SERVER...", "Take draining back",
     "The servers get new connections again, if they are up.\n", run_drain},
};

}  // namespace

std::span<const Command> control_commands() { return commands; }

}  // namespace pulse::pulsectl
