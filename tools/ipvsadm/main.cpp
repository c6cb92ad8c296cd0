// ipvsadm(8): reads and writes the kernel's IPVS table.
#include <fmt/format.h>
#include <unistd.h>

#include "session.h"

namespace {

using namespace pulse;

int ipvsadm_program(std::string name, const std::vector<std::string>& words) {
    const auto command = ipvs::parse_command_line(words, ipvsadm::lookups(), name);
    if (!command) {
        fmt::print(stderr, "{}\n", command.error().text);
        return command.error().status;
    }
    ipvsadm::Session session(std::move(name));
    if (const auto* restore = std::get_if<ipvs::RestoreCommand>(&*command))
        return restore->atomic ? session.converge(STDIN_FILENO, false, true) : session.restore(STDIN_FILENO);
    return session.run(*command);
}

}  // namespace

int main(int argc, char** argv) { return pulse::ipvsadm::run_program(argc, argv, ipvsadm_program); }
