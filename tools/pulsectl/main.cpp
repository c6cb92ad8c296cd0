#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "command.h"

namespace {

using namespace pulse::pulsectl;

std::vector<Command> all_commands() {
    std::vector<Command> all{check_command, format_command, get_command};
    all.insert(all.end(), edit_commands().begin(), edit_commands().end());
    all.push_back(keys_command);
    all.insert(all.end(), control_commands().begin(), control_commands().end());
    return all;
}

void show_help() {
    fmt::print("Usage: pulsectl COMMAND [ARGUMENT...]\nLooks after pulse and its configuration, lvs.cf.\n\n");
    for (const auto& command : all_commands()) fmt::print("  {:<11}{}\n", command.name, command.summary);
    fmt::print(
        "\npulsectl COMMAND --help says more. The file is /etc/sysconfig/ha/lvs.cf unless --file names "
        "another.\n");
}

int run(const std::vector<std::string>& words) {
    if (words.empty()) return refuse("a command is needed; try: pulsectl --help");
    const auto& name = words.front();
    if (name == "--help" || name == "-h" || name == "help") return show_help(), status_fine;
    if (name == "--version") return fmt::print("pulsectl {}\n", PULSE_VERSION), status_fine;
    for (const auto& command : all_commands())
        if (command.name == name) return command.run(command, Words(words).subspan(1));
    return refuse("unknown command " + name + "; try: pulsectl --help");
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "pulsectl: internal error: %s\n", failure.what());
        return 70;
    }
}
