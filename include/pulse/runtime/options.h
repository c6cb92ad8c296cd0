#pragma once

#include <string>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "pulse/base/result.h"

namespace pulse::runtime {

/// Reads a daemon's command line. What does not fit is an error that says which word and why; a word that is
/// no option is "unexpected arguments", as the original says.
[[nodiscard]] Result<boost::program_options::variables_map> parse_options(
    int argc, const char* const* argv, const boost::program_options::options_description& description);

}  // namespace pulse::runtime
