// ipvsadm-restore(8): makes the IPVS table what a saved file says.
#include <fmt/format.h>
#include <unistd.h>

#include "session.h"

namespace {

using namespace pulse;

int restore_program(std::string name, const std::vector<std::string>& words) {
    const bool atomic = words.size() == 1 && words.front() == "--atomic";
    if (!words.empty() && !atomic) {
        fmt::print(stderr,
                   "Usage: ipvsadm-restore [--atomic] < FILE\n"
                   "       --atomic  change nothing unless all of it can be done\n");
        return 1;
    }
    return ipvsadm::Session(std::move(name)).converge(STDIN_FILENO, true, atomic);
}

}  // namespace

int main(int argc, char** argv) { return pulse::ipvsadm::run_program(argc, argv, restore_program); }
