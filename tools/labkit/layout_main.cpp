// Prints the network of an lvs.cf as the script that tools/lab up runs inside the lab.

#include <string_view>

#include <fmt/core.h>

#include "pulse/config_file/load.h"

#include "layout.h"
#include "network_script.h"

namespace {

constexpr std::string_view usage =
    "Usage: lab-layout FILE\n"
    "Prints the network of the lvs.cf FILE as a bash script, for tools/lab up.\n"
    "Exit status: 0; 2 when FILE cannot be read or has errors, which are printed.\n";

}  // namespace

int main(int argc, char** argv) {
    const std::string_view file = argc == 2 ? argv[1] : "";
    if (file == "--help") {
        fmt::print("{}", usage);
        return 0;
    }
    if (file.empty() || file.front() == '-') {
        fmt::print(stderr, "{}", usage);
        return 2;
    }
    const auto loaded = pulse::config_file::load(argv[1]);
    if (!loaded) {
        fmt::print(stderr, "{}\n", loaded.error().context);
        return 2;
    }
    fmt::print(stderr, "{}", loaded->report());
    fmt::print("{}", pulse::lab::network_script(pulse::lab::layout(loaded->config)));
    return 0;
}
