#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pulse/health/check.h"
#include "pulse/health/nanny_command.h"

namespace pulse::nanny {

/// What the checks are that a nanny without one of its own will get.
enum class Shared { sockets, files, programs };

/// What the command line asks for.
struct Options {
    health::NannySpec spec;
    health::Escapes escapes = health::Escapes::translate;
    std::optional<Shared> shared{};  ///< no check of its own: the parent will add them
    bool once = false;               ///< one check, told on standard output

    friend bool operator==(const Options&, const Options&) = default;
};

/// Nothing to run: a text to print (stdout for status 0, else stderr) and the exit status.
struct Farewell {
    int status = 0;
    std::string text;
};

/// Reads nanny's arguments, without the program's name: the original's options, in any form popt(3) took
/// them. (By hand: Boost.Program_options brings the locales of iostreams, which take more of each process
/// than a check does.)
[[nodiscard]] std::variant<Options, Farewell> parse_options(const std::vector<std::string>& arguments);

}  // namespace pulse::nanny
