// `ipvsadm -R` and `-L -n` of SERVICES x SERVERS entries: the packaged program, ours, and the same work as a
// bare loop over one netlink socket, side by side.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "pulse/base/text.h"
#include "pulse/kernel/ipvs_client.h"
#include "pulse/runtime/file.h"

#include "bare_loop.h"
#include "example_table.h"

namespace {

using namespace pulse;

constexpr const char* restore_file = "/tmp/ipvsadm.rules";

/// Seconds of several rounds.
class Times {
  public:
    void measure(const std::function<bool()>& work) {
        const auto begin = std::chrono::steady_clock::now();
        const bool done = work();
        add(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        if (!done) fmt::print(stderr, "a round failed\n");
    }
    void add(double seconds) { rounds_.push_back(seconds); }
    [[nodiscard]] double median() const {
        auto sorted = rounds_;
        std::ranges::sort(sorted);
        return sorted[sorted.size() / 2];
    }

  private:
    std::vector<double> rounds_;
};

bool run(const std::string& program, const std::string& arguments) {
    return std::system((program + arguments).c_str()) == 0;  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
}

void print(const char* what, const Times& packaged, const Times& ours, const Times& bare) {
    fmt::print(
        "{:<8} packaged {:7.3f} s   ours {:7.3f} s   bare loop {:7.3f} s   packaged/ours {:5.1f}   ours/bare "
        "{:4.2f}\n",
        what, packaged.median(), ours.median(), bare.median(), packaged.median() / ours.median(),
        ours.median() / bare.median());
}

}  // namespace

int main(int argc, char** argv) {
    const auto services = argc > 1 ? parse_decimal<unsigned>(argv[1]).value_or(1000) : 1000;
    const auto servers = argc > 2 ? parse_decimal<unsigned>(argv[2]).value_or(16) : 16;
    const auto rounds = argc > 3 ? parse_decimal<unsigned>(argv[3]).value_or(5) : 5;
    auto client = kernel::IpvsClient::open();
    if (!client || !client->flush())
        return fmt::print(stderr, "no IPVS here: run this through tools/lab exec\n"), 1;
    const auto table = bench::table_of(services, servers);
    std::ofstream(restore_file) << bench::restore_file(table);

    const std::string packaged = "/usr/sbin/ipvsadm";
    const auto ours = runtime::program_directory() + "/ipvsadm";
    const auto restore = std::string(" -R < ") + restore_file;
    Times restored_packaged, restored_ours, restored_bare, listed_packaged, listed_ours, listed_bare;
    for (unsigned round = 0; round < rounds; ++round) {
        const auto load = [&](Times& times, const std::function<bool()>& work) {
            if (!client->flush()) fmt::print(stderr, "cannot clear the table\n");
            times.measure(work);
        };
        load(restored_packaged, [&] { return run(packaged, restore); });
        load(restored_ours, [&] { return run(ours, restore); });
        if (!client->flush()) fmt::print(stderr, "cannot clear the table\n");
        restored_bare.add(bench::bare_netlink_load(table));
        listed_packaged.measure([&] { return run(packaged, " -L -n >/dev/null"); });
        listed_ours.measure([&] { return run(ours, " -L -n >/dev/null"); });
        listed_bare.measure([&] { return client->dump().has_value(); });
    }
    fmt::print("{} services x {} servers, median of {} rounds\n", services, servers, rounds);
    print("-R", restored_packaged, restored_ours, restored_bare);
    print("-L -n", listed_packaged, listed_ours, listed_bare);
    return 0;
}
