// A pair of routers in the lab, one random fault after another, and a client that counts: docs/chaos.md.
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>
#include <sstream>

#include <sys/resource.h>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pulse/runtime/file.h"

#include "client.h"
#include "clock.h"
#include "world.h"

namespace pulse::chaos {
namespace {

namespace po = boost::program_options;

constexpr double patience = 45;  ///< after which a fault counts as not recovered
constexpr double quiet_time =
    1.5;  ///< between a recovery and the next fault: late failures belong to the first

struct Options {
    double seconds = 480;
    std::uint64_t seed = 0;
    std::vector<Kind> kinds;
    bool cold = false;
};

std::vector<Kind> all_kinds() {
    std::vector<Kind> all;
    for (auto&& some : {process_kinds(), network_kinds(), kernel_kinds(), configuration_kinds(),
                        resource_kinds(), server_kinds()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

/// Those whose names begin with one of the words; a word with '-' before it takes some away again.
std::vector<Kind> chosen(const std::string& words) {
    std::vector<Kind> kinds;
    std::istringstream list(words);
    for (std::string word; std::getline(list, word, ',');) {
        const bool away = word.starts_with('-');
        const auto fits = [&](const Kind& kind) { return kind.name.starts_with(word.substr(away ? 1 : 0)); };
        if (away && kinds.empty()) kinds = all_kinds();
        if (away)
            std::erase_if(kinds, fits);
        else
            std::ranges::copy_if(all_kinds(), std::back_inserter(kinds), fits);
    }
    return words.empty() ? all_kinds() : kinds;
}

void list_kinds() {
    for (const auto& kind : all_kinds())
        fmt::print("{:28}{} {}\n", kind.name, kind.cost == Cost::traffic ? '*' : ' ', kind.what);
    fmt::print("* cuts traffic by itself\n");
}

/// nullopt: all has been said; the exit status is in `status`.
std::optional<Options> read_options(int argc, char** argv, int& status) {
    po::options_description described(
        "Usage: tools/lab up tests/chaos/nat.cf --results DIR -- build/PRESET/bin/lab_chaos [OPTION]...\n"
        "Random faults on a pair of routers, and a client that counts (docs/chaos.md)");
    Options options;
    std::string kinds;
    described.add_options()("seconds", po::value(&options.seconds),
                            "begin no fault after this time; default 480")(
        "seed", po::value(&options.seed), "of the order of the faults; default: a new one")(
        "kinds", po::value(&kinds),
        "beginnings of names, separated by commas; -NAME leaves one out; default all")(
        "cold", "with a cold standby")("list", "list the kinds")("help", "show this text");
    po::variables_map given;
    try {
        po::store(po::parse_command_line(argc, argv, described), given);
        po::notify(given);
    } catch (const po::error& error) {
        std::cerr << "lab_chaos: " << error.what() << "\n";
        status = 2;
        return std::nullopt;
    }
    if (given.contains("help")) std::cout << described;
    if (given.contains("list")) list_kinds();
    if (given.contains("help") || given.contains("list")) return std::nullopt;
    if (!given.contains("seed")) options.seed = std::random_device()();
    options.cold = given.contains("cold");
    options.kinds = chosen(kinds);
    if (options.kinds.empty()) {
        std::cerr << "lab_chaos: no kind of fault is called so; --list shows them\n";
        status = 2;
        return std::nullopt;
    }
    return options;
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread yet
    if (value == nullptr)
        throw std::runtime_error(std::string(name) + " is not set: run this through tools/lab up");
    return value;
}

void say(const std::string& text) {
    fmt::print("{:8.2f} {}\n", now(), text);
    (void)std::fflush(stdout);
}

/// What the run could not wait for is put right by hand, so that the next fault is not blamed.
void help(World& world) {
    for (auto* router : world.routers())
        if (router->pulse() < 0) router->start();
    if (world.settle(patience).empty()) return;
    for (auto* router : world.routers()) {
        router->write_config(world.text());
        router->stop();
        router->start();
    }
    say(fmt::format("after a restart of both: {}", world.settle(patience)));
}

Window strike(World& world, const Kind& kind) {
    Window window{.kind = kind.name, .cost = kind.cost, .begin = now()};
    std::string said;
    try {
        said = kind.strike(world);
    } catch (const std::exception& error) {
        said = error.what();
        world.defects.add(kind.name + ": the fault itself failed: " + said);
    }
    const double struck = now();
    const auto wrong = world.settle(patience);
    window.recovery = now() - struck;
    say(fmt::format("{:26} {} | {:.1f} s, right again after {:.1f} s", kind.name, said, struck - window.begin,
                    window.recovery));
    if (!wrong.empty()) {
        world.defects.add(
            fmt::format("{} ({}): not right after {:.0f} s: {}", kind.name, said, patience, wrong));
        help(world);
    }
    pause(quiet_time);
    window.end = now();
    if (const auto dead = World::zombies(); !dead.empty()) {
        pause(1);
        if (World::zombies() == dead) world.defects.add(fmt::format("{}: zombies {}", kind.name, dead));
    }
    return window;
}

void stop_all(World& world) {
    for (auto* router : world.routers()) router->stop();
    for (const auto* router : world.routers()) {
        for (const auto& address : world.expectation().floating)
            if (router->holds(address))
                world.defects.add(router->name() + ": holds " + address.to_string() + " at the very end");
        if (!router->table().empty()) world.defects.add(router->name() + ": has a table at the very end");
    }
}

int run(const Options& options) {
    const auto results = environment("LAB_RESULTS");
    auto text = runtime::read_file(environment("LAB_FILE"));
    if (!text) throw std::runtime_error(text.error().message());
    if (options.cold) text = with(*text, "standby", "cold");
    fmt::print("seed {}\n", options.seed);
    // More connections than pulse has descriptors.
    const rlimit many{.rlim_cur = 4096, .rlim_max = 4096};
    (void)::setrlimit(RLIMIT_NOFILE, &many);
    (void)lab::run("modprobe sch_netem");

    World world(*text, results, options.seed);
    for (auto* router : world.routers()) {
        router->write_config(world.text());
        router->start();
    }
    if (const auto wrong = world.settle(patience); !wrong.empty())
        throw std::runtime_error(fmt::format("the pair did not come up: {}", wrong));
    say("both routers are up");

    const auto& service = world.config().virtual_servers.front();
    std::set<std::string> names;
    for (const auto& server : service.servers) names.insert(server.name);
    Client client(service.address->address.to_string(), service.port.number, names);
    std::vector<Window> windows{{.kind = "(nothing yet)", .begin = now()}};
    pause(3);
    windows.back().end = now();

    std::vector<Kind> round;
    auto samples = world.samples();
    for (const double end = now() + options.seconds; now() < end;) {
        if (round.empty()) {
            round = options.kinds;
            std::ranges::shuffle(round, world.dice);
        }
        windows.push_back(strike(world, round.back()));
        round.pop_back();
        std::ranges::move(world.samples(), std::back_inserter(samples));
    }
    const auto requests = client.finish();
    stop_all(world);

    const auto figures = by_kind(windows, requests);
    const auto deadtime = std::chrono::duration<double>(world.config().deadtime).count();
    auto complaint = world.defects.all();
    std::ranges::move(complaints(figures), std::back_inserter(complaint));
    std::ranges::move(growth(samples), std::back_inserter(complaint));
    auto report =
        fmt::format("seed {}, {} faults, {} requests\n", options.seed, windows.size() - 1, requests.size()) +
        to_table(figures, deadtime);
    for (const auto& one : complaint) report += "  - " + one + "\n";
    report += fmt::format("{} complaints\n", complaint.size());
    std::cout << report;
    std::ofstream(results + "/table.txt") << report;
    std::ofstream(results + "/figures.txt") << to_lines(figures);
    return complaint.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace pulse::chaos

int main(int argc, char** argv) {
    try {
        int status = EXIT_SUCCESS;
        const auto options = pulse::chaos::read_options(argc, argv, status);
        return options ? pulse::chaos::run(*options) : status;
    } catch (const std::exception& error) {
        std::cerr << "lab_chaos: " << error.what() << "\n";
        return EXIT_FAILURE;
    }
}
