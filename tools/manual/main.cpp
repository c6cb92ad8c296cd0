// Prints the manual page that an outline and the key table make.

#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "pulse/base/text.h"
#include "pulse/runtime/file.h"

#include "manual.h"

namespace {

int run(int argc, char** argv) {
    if (argc != 2) return fmt::print(stderr, "Usage: make-manual OUTLINE > PAGE\n"), 2;
    const auto outline = pulse::runtime::read_file(argv[1]);
    if (!outline) return fmt::print(stderr, "make-manual: {}\n", outline.error().message()), 1;
    fmt::print("{}\n", pulse::trim(pulse::manual::page(*outline)));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "make-manual: %s\n", failure.what());
        return 1;
    }
}
