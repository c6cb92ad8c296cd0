#include "options.h"

#include <filesystem>
#include <sstream>

#include "pulse/config_file/load.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/options.h"

namespace pulse::lvsd {

namespace po = boost::program_options;

namespace {

po::options_description description(Options& options) {
    po::options_description all("Options");
    all.add_options()  //
        ("configfile,c", po::value(&options.config_file)->default_value(config_file::default_path),
         "configuration file")  //
        ("nodaemon,n", po::bool_switch(&options.foreground),
         "stay in the foreground, log to standard output")                                      //
        ("nofork", po::bool_switch(&options.no_fork), "stay in the foreground, log to syslog")  //
        ("test-start,t", po::bool_switch(&options.test_start),
         "say what would be started, change nothing")  //
        ("remove", po::bool_switch(&options.remove),
         "take the services of the file out of the IPVS table and end")             //
        ("verbose,v", po::bool_switch(&options.verbose), "log debug messages too")  //
        ("nanny", po::value(&options.nanny)->default_value(runtime::program_directory() + "/nanny"),
         "program that checks a real server")                               //
        ("version", po::bool_switch(&options.version), "show the version")  //
        ("help,?", po::bool_switch(&options.help), "show this text");
    return all;
}

}  // namespace

Result<Options> parse_options(int argc, const char* const* argv) {
    Options options;
    if (auto parsed = runtime::parse_options(argc, argv, description(options)); !parsed)
        return fail(parsed.error(), "");
    // A daemon leaves its working directory.
    options.config_file = std::filesystem::absolute(options.config_file).string();
    return options;
}

std::string help_text() {
    Options ignored;
    std::ostringstream text;
    text << "Usage: lvsd [options]\n"
            "Keeps the kernel's IPVS table equal to what lvs.cf and the health of the real servers say.\n"
            "Usually started by pulse; by hand it runs the virtual servers of lvs.cf without raising "
            "addresses.\n\n"
         << description(ignored);
    return text.str();
}

}  // namespace pulse::lvsd
