// Daemons that die, hang, or are started once too often.
#include <algorithm>
#include <csignal>
#include <initializer_list>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pulse/runtime/file.h"

#include "world.h"

namespace pulse::chaos {
namespace {

using Names = std::initializer_list<const char*>;

std::vector<pid_t> pids_of(const Router& router, Names names) {
    std::vector<pid_t> pids;
    const auto processes = router.processes();
    for (const auto* name : names)
        pids.insert(pids.end(), processes.at(name).begin(), processes.at(name).end());
    return pids;
}

std::string said(const Router& router, const std::vector<pid_t>& pids) {
    return fmt::format("{} {}", router.name(), pids);
}

std::string signal_all(const Router& router, const std::vector<pid_t>& pids, int number) {
    for (const pid_t pid : pids) ::kill(pid, number);
    return said(router, pids);
}

std::string kill_all(const Router& router, Names names) {
    return signal_all(router, pids_of(router, names), SIGKILL);
}

std::vector<pid_t> one_nanny(World& world, const Router& router) {
    const auto nannies = pids_of(router, {"nanny"});
    return nannies.empty() ? nannies : std::vector{nannies[world.one_of(nannies.size())]};
}

/// Stopped for one to three seconds.
std::string freeze(World& world, const Router& router, const std::vector<pid_t>& pids) {
    (void)signal_all(router, pids, SIGSTOP);
    pause(world.between(1, 3));
    return signal_all(router, pids, SIGCONT);
}

/// Stopped for good: somebody has to notice and to replace it.
std::string hang(World& world, const Router& router, const std::vector<pid_t>& pids) {
    (void)signal_all(router, pids, SIGSTOP);
    world.expect(
        "the hanging process of " + router.name() + " is replaced",
        [&] { return std::ranges::all_of(pids, [](pid_t pid) { return ::kill(pid, 0) != 0; }); },
        std::chrono::seconds(130));  // asked once a minute, and killed a minute later
    return signal_all(router, pids, SIGCONT);
}

std::string start_second(World& world, Router& router) {
    const auto pulse = router.pulse();
    const auto second = router.run("pulse --nofork", std::chrono::seconds(8));
    if (second.status == 0 || second.status == 124)
        world.defects.add(fmt::format("{}: a second pulse gave {}: {}", router.name(), second.status,
                                      second.text.substr(0, 200)));
    if (router.pulse() != pulse) world.defects.add(router.name() + ": a second pulse ended the first");
    return fmt::format("{}: {}", router.name(), second.status);
}

std::string restart(World& world, Router& router) {
    router.stop();
    const auto left = pids_of(router, {"pulse", "lvsd", "nanny"});
    if (!left.empty()) world.defects.add(said(router, left) + " left after an orderly stop");
    for (const auto& address : world.expectation().floating)
        if (router.holds(address))
            world.defects.add(router.name() + ": " + address.to_string() + " left after an orderly stop");
    if (!router.table().empty()) world.defects.add(router.name() + ": a table left after an orderly stop");
    pause(world.between(0.2, 2));
    router.start();
    return router.name();
}

/// A signal that comes before pulse is ready for it.
std::string signal_early(World& world, int number) {
    auto& router = world.standby();
    router.stop();
    const int before = router.restarts();
    router.start();
    // While the system still loads the program nobody can catch a signal; from its first statement on it is
    // held, and later caught.
    const auto ready = [&] {
        const auto status = runtime::read_file(fmt::format("/proc/{}/status", router.pulse()));
        const auto has = [&](std::string_view mask) {
            const auto at = status ? status->find(mask) : std::string::npos;
            return at != std::string::npos &&
                   std::string_view("13579bdf").find(status->at(at + mask.size() + 15)) !=
                       std::string_view::npos;
        };
        return has("SigBlk:\t") || has("SigCgt:\t");
    };
    if (!lab::within(std::chrono::seconds(5), ready))
        world.defects.add(router.name() + ": SIGHUP is neither held nor caught");
    pause(world.between(0, 0.2));
    ::kill(router.pulse(), number);
    pause(1);
    if (router.restarts() != before)
        world.defects.add(
            fmt::format("{}: signal {} right after its start ended pulse", router.name(), number));
    return router.name();
}

std::string odd_signals(World& world) {
    auto& router = world.any();
    const auto pids = pids_of(router, {"pulse", "lvsd"});
    for (const int number : {SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE}) {
        (void)signal_all(router, pids, number);
        pause(0.05);
    }
    pause(0.5);
    if (pids_of(router, {"pulse", "lvsd"}) != pids)
        world.defects.add(router.name() + ": a signal that means nothing ended a daemon");
    return said(router, pids);
}

}  // namespace

std::vector<Kind> process_kinds() {
    constexpr auto free = Cost::nothing;
    return {
        {"kill_pulse_active", free, "kill -9", [](World& w) { return kill_all(w.active(), {"pulse"}); }},
        {"kill_pulse_standby", free, "kill -9", [](World& w) { return kill_all(w.standby(), {"pulse"}); }},
        {"kill_lvsd_active", free, "kill -9", [](World& w) { return kill_all(w.active(), {"lvsd"}); }},
        {"kill_lvsd_standby", free, "kill -9", [](World& w) { return kill_all(w.standby(), {"lvsd"}); }},
        {"kill_one_nanny", free, "kill -9, on the active router",
         [](World& w) {
             auto& router = w.active();
             return signal_all(router, one_nanny(w, router), SIGKILL);
         }},
        {"kill_all_nannies", free, "kill -9, on the active router",
         [](World& w) { return kill_all(w.active(), {"nanny"}); }},
        {"kill_lvsd_and_nannies", free, "kill -9, on the active router",
         [](World& w) { return kill_all(w.active(), {"lvsd", "nanny"}); }},
        {"kill_everything_active", free, "kill -9 of pulse, lvsd and nannies",
         [](World& w) { return kill_all(w.active(), {"pulse", "lvsd", "nanny"}); }},
        {"freeze_pulse_active", free, "SIGSTOP for 1 to 3 s",
         [](World& w) {
             auto& router = w.active();
             return freeze(w, router, pids_of(router, {"pulse"}));
         }},
        {"freeze_pulse_standby", free, "SIGSTOP for 1 to 3 s",
         [](World& w) {
             auto& router = w.standby();
             return freeze(w, router, pids_of(router, {"pulse"}));
         }},
        {"freeze_lvsd_active", free, "SIGSTOP for 1 to 3 s",
         [](World& w) {
             auto& router = w.active();
             return freeze(w, router, pids_of(router, {"lvsd"}));
         }},
        {"freeze_everything_active", free, "SIGSTOP of pulse, lvsd and nannies for 1 to 3 s",
         [](World& w) {
             auto& router = w.active();
             return freeze(w, router, pids_of(router, {"pulse", "lvsd", "nanny"}));
         }},
        {"hang_lvsd_active", free, "SIGSTOP for good",
         [](World& w) {
             auto& router = w.active();
             return hang(w, router, pids_of(router, {"lvsd"}));
         }},
        {"hang_one_nanny", free, "SIGSTOP for good, on the active router",
         [](World& w) {
             auto& router = w.active();
             return hang(w, router, one_nanny(w, router));
         }},
        {"second_pulse_active", free, "pulse started a second time",
         [](World& w) { return start_second(w, w.active()); }},
        {"second_pulse_standby", free, "pulse started a second time",
         [](World& w) { return start_second(w, w.standby()); }},
        {"restart_active", free, "stop and start", [](World& w) { return restart(w, w.active()); }},
        {"restart_standby", free, "stop and start", [](World& w) { return restart(w, w.standby()); }},
        {"hup_early", free, "SIGHUP within 200 ms of the first statement",
         [](World& w) { return signal_early(w, SIGHUP); }},
        {"odd_signals", free, "USR1, USR2, ALRM and PIPE to pulse and lvsd", odd_signals},
    };
}

}  // namespace pulse::chaos
