#include "pulse/config_file/options.h"

#include <filesystem>

#include <boost/program_options/value_semantic.hpp>

#include "pulse/config_file/load.h"
#include "pulse/runtime/options.h"

namespace pulse::config_file {

namespace po = boost::program_options;

void add_options(po::options_description& description, DaemonOptions& options) {
    description.add_options()  //
        ("configfile,c", po::value(&options.config_file)->default_value(default_path),
         "configuration file")  //
        ("state-directory", po::value(&options.state_directory)->default_value(default_state_directory),
         "where to remember what must outlive a restart: the servers that are drained")  //
        ("nodaemon,n", po::bool_switch(&options.foreground),
         "stay in the foreground, log to standard output")                                      //
        ("nofork", po::bool_switch(&options.no_fork), "stay in the foreground, log to syslog")  //
        ("trust-files", po::bool_switch(&options.trust_files),
         "take a configuration, and the programs it names, that others than root may change")  //
        ("check", po::bool_switch(&options.check),
         "say what there is to say about the file and end: with 2 if there are errors")             //
        ("strict", po::bool_switch(&options.check_options.strict), "with --check: 1 for warnings")  //
        ("json", po::bool_switch(&options.check_options.json), "with --check: say it as JSON")      //
        ("verbose,v", po::bool_switch(&options.verbose), "log debug messages too")                  //
        ("version", po::bool_switch(&options.version), "show the version")                          //
        ("usage", po::bool_switch(&options.usage), "the same as --help")                            //
        ("help,?", po::bool_switch(&options.help), "show this text");
}

Result<void> parse_options(int argc, const char* const* argv, const po::options_description& description,
                           DaemonOptions& options) {
    if (auto parsed = runtime::parse_options(argc, argv, description); !parsed)
        return tl::unexpected(parsed.error());
    options.help = options.help || options.usage;
    options.config_file = std::filesystem::absolute(options.config_file).string();
    return {};
}

}  // namespace pulse::config_file
