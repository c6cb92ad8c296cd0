#include "command.h"

#include <cstdio>
#include <sstream>

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include "pulse/config_file/load.h"

namespace pulse::pulsectl {

namespace po = boost::program_options;

namespace {

constexpr const char* words_option = "words";

void show_help(const Command& command, const po::options_description& description) {
    std::ostringstream options;
    options << description;
    fmt::print("Usage: pulsectl {} {}\n{}\n\n{}\n{}", command.name, command.arguments, command.summary,
               command.details, options.str());
}

}  // namespace

tl::expected<Parsed, int> parse(const Command& command, Words words, po::options_description description) {
    description.add_options()("help,h", "show this text");
    po::options_description all;
    all.add(description).add_options()(words_option, po::value<std::vector<std::string>>());
    po::positional_options_description positional;
    positional.add(words_option, -1);
    Parsed parsed;
    try {
        po::store(po::command_line_parser(std::vector<std::string>(words.begin(), words.end()))
                      .options(all)
                      .positional(positional)
                      .run(),
                  parsed.options);
        po::notify(parsed.options);
    } catch (const po::error& error) {
        refuse(fmt::format("{}: {}; try: pulsectl {} --help", command.name, error.what(), command.name));
        return tl::unexpected(status_failed);
    }
    if (parsed.options.contains("help")) {
        show_help(command, description);
        return tl::unexpected(status_fine);
    }
    if (parsed.options.contains(words_option))
        parsed.words = parsed.options[words_option].as<std::vector<std::string>>();
    return parsed;
}

void add_file_option(po::options_description& description, std::string& file) {
    description.add_options()("file,f", po::value(&file)->default_value(config_file::default_path),
                              "the lvs.cf to work on");
}

int refuse(const Error& error) { return refuse(error.message()); }

int refuse(std::string_view why) {
    fmt::print(stderr, "pulsectl: {}\n", why);
    return status_failed;
}

}  // namespace pulse::pulsectl
