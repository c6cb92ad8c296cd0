#include "world.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pulse/runtime/file.h"

#include "clock.h"

namespace pulse::chaos {
namespace {

namespace fs = std::filesystem;

constexpr double look_again = 0.25;

std::string difference(const std::set<std::string>& have, const std::set<std::string>& want) {
    std::vector<std::string> missing;
    std::vector<std::string> extra;
    std::ranges::set_difference(want, have, std::back_inserter(missing));
    std::ranges::set_difference(have, want, std::back_inserter(extra));
    return fmt::format("missing {}, too much {}", missing, extra);
}

/// A number that /proc/PID/status gives for a key such as "VmRSS:".
long status_number(pid_t pid, const std::string& key) {
    const auto text = runtime::read_file(fmt::format("/proc/{}/status", pid));
    const auto at = text ? text->find(key) : std::string::npos;
    return at == std::string::npos ? 0 : std::strtol(text->c_str() + at + key.size(), nullptr, 10);
}

}  // namespace

void pause(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

World::World(const std::string& text, const std::string& results, std::uint64_t seed)
    : primary("primary", results, defects), backup("backup", results, defects), dice(seed) {
    want(text);
}

Router& World::with_role(const std::string& role) {
    for (auto* router : routers())
        if (router->role() == role) return *router;
    throw std::runtime_error("nobody is " + role);
}

std::size_t World::one_of(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(dice);
}

double World::between(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(dice);
}

void World::want(const std::string& text) {
    config_ = understood(text);
    expectation_ = expected(config_);
    text_ = text;
}

std::string World::edited() {
    auto text = with(text_, "serial_no", std::to_string(++serial_));
    for (int times = 0; times < 3; ++times) {
        const auto service = one_of(config_.virtual_servers.size());
        const auto server = one_of(config_.virtual_servers[service].servers.size());
        text = with(text, service, server, "weight", std::to_string(1 + one_of(9)));
    }
    return text;
}

std::vector<std::string> World::problems() {
    std::vector<std::string> found;
    int actives = 0;
    for (const auto* router : routers()) {
        const auto role = router->role();
        if (role == "active") ++actives;
        if (role != "active" && role != "standby") found.push_back(router->name() + " is '" + role + "'");
        const bool serves = role == "active" || config_.standby == config::Standby::warm;
        for (const auto& address : expectation_.floating)
            if (router->holds(address) != (role == "active"))
                found.push_back(fmt::format("{} ({}) {} {}", router->name(), role,
                                            role == "active" ? "lacks" : "holds", address.to_string()));
        const auto table = router->table();
        const auto wanted = serves ? expectation_.table : std::set<std::string>();
        if (table != wanted) found.push_back("table of " + router->name() + ": " + difference(table, wanted));
        const auto processes = router->processes();
        const auto count = [&](const char* name) { return std::ssize(processes.at(name)); };
        if (count("pulse") != 1 || count("lvsd") != (serves ? 1 : 0) ||
            count("nanny") != (serves ? expectation_.nannies : 0))
            found.push_back(fmt::format("{} runs {} pulse, {} lvsd, {} nannies", router->name(),
                                        count("pulse"), count("lvsd"), count("nanny")));
    }
    if (actives != 1) found.push_back(fmt::format("{} routers are active", actives));
    return found;
}

std::vector<std::string> World::settle(double limit) {
    const double end = now() + limit;
    std::vector<std::string> found;
    for (int good = 0; good < 2; pause(look_again)) {
        found = problems();
        good = found.empty() ? good + 1 : 0;
        if (now() > end) break;
    }
    return found;
}

std::vector<pid_t> World::zombies() {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const auto text = entry.path().filename().string();
        pid_t pid = 0;
        if (std::from_chars(text.data(), text.data() + text.size(), pid).ec != std::errc{}) continue;
        const auto stat = runtime::read_file(entry.path() / "stat");
        if (!stat) continue;
        for (const auto* name : {"(pulse) Z", "(lvsd) Z", "(nanny) Z"})
            if (stat->find(name) != std::string::npos) found.push_back(pid);
    }
    return found;
}

std::vector<Sample> World::samples() {
    std::vector<Sample> taken;
    for (const auto* router : routers())
        for (const auto& [program, pids] : router->processes())
            for (const pid_t pid : pids) {
                std::error_code gone;
                const fs::directory_iterator descriptors(fmt::format("/proc/{}/fd", pid), gone);
                if (gone) continue;
                taken.push_back({.router = router->name(),
                                 .program = program,
                                 .pid = pid,
                                 .time = now(),
                                 .resident = status_number(pid, "VmRSS:"),
                                 .descriptors = std::distance(begin(descriptors), end(descriptors))});
            }
    return taken;
}

void World::expect(const std::string& what, const std::function<bool()>& question,
                   std::chrono::seconds limit) {
    if (!lab::within(limit, question)) defects.add(fmt::format("not within {} s: {}", limit.count(), what));
}

}  // namespace pulse::chaos
