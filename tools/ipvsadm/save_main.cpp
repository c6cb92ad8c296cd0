// ipvsadm-save(8): writes the IPVS table as a file for ipvsadm-restore.
#include <algorithm>

#include <fmt/format.h>

#include "session.h"

namespace {

using namespace pulse;

int save_program(std::string name, const std::vector<std::string>& words) {
    if (std::ranges::any_of(words, [](const std::string& word) { return word != "-n"; })) {
        fmt::print(stderr,
                   "Usage: ipvsadm-save [-n]\n"
                   "       -n  write addresses and ports as numbers\n");
        return 1;
    }
    ipvsadm::Session session(std::move(name));
    return session.run(ipvs::SaveCommand{.numeric = !words.empty()});
}

}  // namespace

int main(int argc, char** argv) { return pulse::ipvsadm::run_program(argc, argv, save_program); }
