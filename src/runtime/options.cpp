#include "pulse/runtime/options.h"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>

namespace pulse::runtime {

namespace options = boost::program_options;

Result<options::variables_map> parse_options(int argc, const char* const* argv,
                                             const options::options_description& description) {
    options::variables_map values;
    try {
        options::store(options::command_line_parser(argc, argv)
                           .options(description)
                           .positional(options::positional_options_description())
                           .run(),
                       values);
        options::notify(values);
    } catch (const options::too_many_positional_options_error&) {
        return fail(std::error_code(), "unexpected arguments");
    } catch (const options::error& refused) {
        return fail(std::error_code(), std::string("bad argument: ") + refused.what());
    }
    return values;
}

}  // namespace pulse::runtime
