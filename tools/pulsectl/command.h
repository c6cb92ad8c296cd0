#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "pulse/base/result.h"

namespace pulse::pulsectl {

/// Exit statuses, the same for every command.
inline constexpr int status_fine = 0;
inline constexpr int status_no = 1;      ///< asked for and not there, or only a warning
inline constexpr int status_failed = 2;  ///< refused: a mistake in the command line or in the file

/// One command's own words: pulsectl NAME WORD…
using Words = std::span<const std::string>;

/// One of pulsectl's commands.
struct Command {
    std::string_view name;
    std::string_view arguments;  ///< for the usage line
    std::string_view summary;    ///< one line
    std::string_view details;    ///< for its --help: what a first-time user needs
    int (*run)(const Command& command, Words words);
};

/// Commands that read a file, and those that change one.
extern const Command check_command;
extern const Command format_command;
extern const Command get_command;
extern const Command keys_command;
[[nodiscard]] std::span<const Command> edit_commands();

/// Commands for the pulse that runs.
[[nodiscard]] std::span<const Command> control_commands();

int run_status(const Command& command, Words words);

/// What the options and words of a command line are, or the status to end with: after --help, or after saying
/// what does not fit.
struct Parsed {
    boost::program_options::variables_map options;
    std::vector<std::string> words;
};
[[nodiscard]] tl::expected<Parsed, int> parse(const Command& command, Words words,
                                              boost::program_options::options_description description);

/// Adds --file, which every command but `keys` has.
void add_file_option(boost::program_options::options_description& description, std::string& file);

/// Says what went wrong on standard error; always status_failed.
int refuse(const Error& error);
int refuse(std::string_view why);

}  // namespace pulse::pulsectl
