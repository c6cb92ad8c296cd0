#include "options.h"

#include <filesystem>
#include <sstream>

#include "pulse/config_file/load.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/options.h"

namespace pulse::daemon {

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
        ("forceactive", po::bool_switch(&options.force_active), "start in the active state")    //
        ("test-start,t", po::bool_switch(&options.test_start),
         "check the file, say which router this is and what it would raise; change nothing")  //
        ("norun", po::bool_switch(&options.no_run), "the same as --test-start")               //
        ("verbose,v", po::bool_switch(&options.verbose), "log debug messages too")            //
        ("lvsd", po::value(&options.lvsd)->default_value(runtime::program_directory() + "/lvsd"),
         "program that keeps the IPVS table")                                                         //
        ("nanny", po::value(&options.nanny), "program that checks a real server, handed on to lvsd")  //
        ("version", po::bool_switch(&options.version), "show the version")                            //
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
    text << "Usage: pulse [options]\n"
            "One of two routers in front of a pool of real servers: exchanges heartbeats with the partner "
            "and, while\n"
            "active, holds the floating addresses and runs lvsd. Without options it goes to the background.\n"
            "SIGTERM stops it and hands the role over; SIGHUP rereads the services of lvs.cf.\n\n"
         << description(ignored);
    return text.str();
}

}  // namespace pulse::daemon
