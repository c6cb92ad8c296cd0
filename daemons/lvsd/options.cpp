#include "options.h"

#include <sstream>

#include <boost/program_options/value_semantic.hpp>

#include "pulse/runtime/file.h"

namespace pulse::lvsd {

namespace po = boost::program_options;

namespace {

po::options_description description(Options& options) {
    po::options_description all("Options");
    config_file::add_options(all, options);
    all.add_options()  //
        ("test-start,t", po::bool_switch(&options.test_start),
         "say what would be started, change nothing")  //
        ("plan", po::bool_switch(&options.plan),
         "print the ipvsadm commands that would make the running IPVS table what the file says; change "
         "nothing")  //
        ("remove", po::bool_switch(&options.remove),
         "take the services of the file out of the IPVS table and end")  //
        ("nanny", po::value(&options.nanny)->default_value(runtime::program_directory() + "/nanny"),
         "program that checks a real server; with -tls after it, one that can do so over TLS")  //
        ("nanny-patience",
         po::value(&options.nanny_patience)->default_value(options.nanny_patience)->value_name("SECONDS"),
         "each nanny is asked so often how things are, and killed if it has not answered by the next time");
    return all;
}

}  // namespace

Result<Options> parse_options(int argc, const char* const* argv) {
    Options options;
    if (auto parsed = config_file::parse_options(argc, argv, description(options), options); !parsed)
        return tl::unexpected(parsed.error());
    if (options.nanny_patience < 1)
        return fail(std::errc::invalid_argument, "--nanny-patience must be 1 or more");
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
