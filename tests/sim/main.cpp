// Runs schedules: pulse_sim --seeds FIRST COUNT | --exhaustive DEPTH | --show SEED | --show-small INDEX DEPTH
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "pulse/base/text.h"

#include "simulation.h"

namespace {

using namespace pulse;
using namespace pulse::sim;

int usage() {
    fmt::print(stderr,
               "Usage: pulse_sim --seeds FIRST COUNT      random schedules, each from its number\n"
               "       pulse_sim --exhaustive DEPTH       every schedule of so many blows of a small set\n"
               "       pulse_sim --show SEED              one random schedule, and what happened\n"
               "       pulse_sim --show-small INDEX DEPTH one of the small ones\n");
    return 2;
}

template <class Make>
int run(std::uint64_t first, std::uint64_t count, Make make) {
    const auto began = Clock::now();
    std::uint64_t failures = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        if (const auto broken = Simulation(make(first + i)).run()) {
            fmt::print("{}: {}\n", first + i, *broken);
            if (++failures == 20) {
                fmt::print("stopped after {} schedules: too many failures\n", i + 1);
                return 1;
            }
        }
        if ((i + 1) % 100'000 == 0) {
            fmt::print("{} schedules, {} failures\n", i + 1, failures);
            (void)std::fflush(stdout);
        }
    }
    fmt::print("{} schedules from {} to {}: {} failures, {:.0f} s\n", count, first, first + count - 1,
               failures, std::chrono::duration<double>(Clock::now() - began).count());
    return failures == 0 ? 0 : 1;
}

int show(const Schedule& schedule) {
    Simulation simulation(schedule, true);
    const auto broken = simulation.run();
    fmt::print("{}{}{}\n", to_string(schedule), simulation.trace(), broken.value_or("every rule held"));
    return broken ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 1; i < words.size(); ++i)
        if (const auto number = parse_decimal<std::uint64_t>(words[i])) numbers.push_back(*number);
    if (words.empty() || numbers.size() + 1 != words.size()) return usage();
    if (words[0] == "--seeds" && numbers.size() == 2) return run(numbers[0], numbers[1], random_schedule);
    if (words[0] == "--exhaustive" && numbers.size() == 1) {
        const auto depth = static_cast<int>(numbers[0]);
        return run(0, small_schedules(depth),
                   [&](std::uint64_t index) { return small_schedule(index, depth); });
    }
    if (words[0] == "--show" && numbers.size() == 1) return show(random_schedule(numbers[0]));
    if (words[0] == "--show-small" && numbers.size() == 2)
        return show(small_schedule(numbers[0], static_cast<int>(numbers[1])));
    return usage();
}
