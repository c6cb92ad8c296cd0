#include "options.h"

#include <sstream>

#include <boost/program_options/value_semantic.hpp>

#include "pulse/control/client.h"
#include "pulse/runtime/file.h"

namespace pulse::daemon {

namespace po = boost::program_options;

namespace {

po::options_description description(Options& options) {
    po::options_description all("Options");
    config_file::add_options(all, options);
    all.add_options()                                                                         //
        ("forceactive", po::bool_switch(&options.force_active), "start in the active state")  //
        ("test-start,t", po::bool_switch(&options.test_start),
         "check the file, say which router this is and what it would raise; change nothing")  //
        ("norun", po::bool_switch(&options.no_run), "the same as --test-start")               //
        ("clean-up", po::bool_switch(&options.clean_up),
         "take away the floating addresses that a pulse has left which died, and end; not those it let serve "
         "on purpose (hard_shutdown = 0)")  //
        ("lvsd", po::value(&options.lvsd)->default_value(runtime::program_directory() + "/lvsd"),
         "program that keeps the IPVS table")                                             //
        ("fos", po::value(&options.fos), "taken as the original takes it, and not used")  //
        ("socket", po::value(&options.socket)->default_value(control::default_socket),
         "where pulsectl finds this pulse")  //
        ("nanny", po::value(&options.nanny), "program that checks a real server, handed on to lvsd");
    return all;
}

}  // namespace

Result<Options> parse_options(int argc, const char* const* argv) {
    Options options;
    if (auto parsed = config_file::parse_options(argc, argv, description(options), options); !parsed)
        return tl::unexpected(parsed.error());
    return options;
}

std::string help_text() {
    Options ignored;
    std::ostringstream text;
    text << "Usage: pulse [options]\n"
            "One of two routers in front of a pool of real servers: exchanges heartbeats with the partner "
            "and, while\n"
            "active, holds the floating addresses and runs lvsd. Without options it goes to the background.\n"
            "SIGTERM stops it and hands the role over; SIGHUP rereads lvs.cf, as pulsectl reload does.\n\n"
         << description(ignored);
    return text.str();
}

}  // namespace pulse::daemon
