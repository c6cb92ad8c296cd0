#include "pulse/config_file/check.h"

#include <cstdio>

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include "pulse/config/tidy.h"
#include "pulse/config_file/load.h"
#include "pulse/runtime/locked_file.h"

#include "command.h"

namespace pulse::pulsectl {

namespace po = boost::program_options;

namespace {

/// The file to work on may be named with the option or alone, as with most tools that check a file.
tl::expected<std::string, int> the_file(const Parsed& parsed, const std::string& file) {
    if (parsed.words.empty()) return file;
    if (parsed.words.size() == 1) return parsed.words.front();
    return tl::unexpected(refuse("one file at a time, please"));
}

int check(const Command& command, Words words) {
    std::string file;
    config_file::CheckOptions wanted;
    po::options_description description("Options");
    add_file_option(description, file);
    description.add_options()                                                             //
        ("strict", po::bool_switch(&wanted.strict), "exit with 1 if there are warnings")  //
        ("json", po::bool_switch(&wanted.json), "say it as JSON");
    const auto parsed = parse(command, words, description);
    if (!parsed) return parsed.error();
    const auto path = the_file(*parsed, file);
    if (!path) return path.error();
    return config_file::show_check(*path, wanted);
}

int format(const Command& command, Words words) {
    std::string file;
    bool write = false;
    bool only_check = false;
    po::options_description description("Options");
    add_file_option(description, file);
    description.add_options()                                                                              //
        ("write,w", po::bool_switch(&write), "save it; the previous version stays beside it as FILE.bak")  //
        ("check", po::bool_switch(&only_check), "say nothing; exit with 1 if the file would change");
    const auto parsed = parse(command, words, description);
    if (!parsed) return parsed.error();
    const auto path = the_file(*parsed, file);
    if (!path) return path.error();

    auto source = config_file::read(*path);
    if (!source) return refuse(source.error());
    const auto document = config::parse(source->text);
    if (config::has_errors(document.diagnostics)) {
        fmt::print(stderr, "{}", config::format(document.diagnostics, *path, source->text));
        return refuse(*path + " is not changed; its blocks and quotes must be right first");
    }
    const auto tidied = config::tidy(document.document);
    if (only_check) return tidied == source->text ? status_fine : status_no;
    if (!write) return fmt::print("{}", tidied), status_fine;
    auto locked = runtime::LockedFile::open(*path);
    if (!locked) return refuse(locked.error());
    if (locked->content() != source->text) return refuse(*path + " has just been changed by someone else");
    if (auto saved = locked->replace(tidied); !saved) return refuse(saved.error());
    return status_fine;
}

}  // namespace

const Command check_command{
    .name = "check",
    .arguments = "[FILE] [--strict] [--json]",
    .summary = "Says everything there is to say about an lvs.cf, each with its line and what to do.",
    .details =
        "Nothing is changed, and nothing needs to be running. Errors are what pulse and lvsd refuse a file\n"
        "for; warnings are what they accept and you probably do not want.\n"
        "Exit status: 0 fine, 1 warnings with --strict, 2 errors or no such file.\n",
    .run = check};

const Command format_command{
    .name = "format",
    .arguments = "[FILE] [--write | --check]",
    .summary = "Shows an lvs.cf in one tidy style, meaning the same.",
    .details =
        "Four blanks a level, one around each word, comments and braces where the original parser allows\n"
        "them. Comments, order and single blank lines stay.\n"
        "Exit status: 0 fine, 1 with --check if the file would change, 2 errors.\n",
    .run = format};

}  // namespace pulse::pulsectl
