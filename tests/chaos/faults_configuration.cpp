// What operators do, right and wrong: reloads, faulty files, drains, failovers.
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include <fmt/format.h>

#include "world.h"

namespace pulse::chaos {
namespace {

namespace fs = std::filesystem;

lab::Output reload(const Router& router) { return router.run("pulsectl reload"); }

void must_reload(World& world, const Router& router) {
    const auto done = reload(router);
    if (done.status != 0)
        world.defects.add(
            fmt::format("{}: a reload was refused ({}): {}", router.name(), done.status, done.text));
}

/// Both routers run with a new text, one after the other.
void change_to(World& world, const std::string& text) {
    world.want(text);
    for (auto* router : world.routers()) {
        router->write_config(text);
        must_reload(world, *router);
    }
}

std::string edit(World& world) {
    change_to(world, world.edited());
    return {};
}

/// Signals in heaps, while a nanny dies.
std::string storm(World& world) {
    world.want(world.edited());
    for (auto* router : world.routers()) router->write_config(world.text());
    for (int times = 0; times < 5; ++times)
        for (auto* router : world.routers()) ::kill(router->pulse(), SIGHUP);
    const auto nannies = world.active().processes().at("nanny");
    if (!nannies.empty()) ::kill(nannies[world.one_of(nannies.size())], SIGKILL);
    return {};
}

/// A text that must be refused, and why.
std::pair<std::string, std::string> faulty(World& world) {
    const auto& good = world.text();
    const auto last_block = good.rfind("virtual ");
    switch (world.one_of(7)) {
        case 0:
            return {"empty", ""};
        case 1:
            return {"an open block", "virtual {"};
        case 2:
            return {"an unknown scheduler", good +
                                                "\nvirtual odd {\n active = 1\n address = 10.0.0.77 eth0:7\n"
                                                " scheduler = nonsense\n}\n"};
        case 3:
            return {"random bytes", std::string("\0\xff\x01", 3) + std::string(500, '\xfe')};
        case 4:
            return {"another pair's", with(with(good, "primary", "10.9.9.9"), "backup", "10.9.9.8")};
        case 5: {
            // Somewhere in the last block, but not at its end.
            const auto length = last_block + 20 + world.one_of(good.rfind('}') - last_block - 40);
            return {"cut off in a block", good.substr(0, length)};
        }
        default:
            return {"cut off before the last two blocks", good.substr(0, good.find("virtual "))};
    }
}

void must_refuse(World& world, const Router& router, const std::string& text, const std::string& why) {
    router.write_config(text);
    if (const auto done = reload(router); done.status == 0)
        world.defects.add(
            fmt::format("{}: a faulty lvs.cf was accepted ({}): {}", router.name(), why, done.text));
}

std::string bad_file(World& world) {
    auto& router = world.any();
    const auto [why, text] = faulty(world);
    must_refuse(world, router, text, why);
    // A new lvsd gets the good configuration nevertheless.
    for (const pid_t pid : router.processes().at("lvsd")) ::kill(pid, SIGKILL);
    pause(1);
    router.write_config(world.text());
    must_reload(world, router);
    return router.name() + ": " + why;
}

std::string bad_storm(World& world) {
    auto& router = world.active();
    for (int times = 0; times < 8; ++times) {
        const auto [why, text] = faulty(world);
        router.write_config(text);
        ::kill(router.pulse(), SIGHUP);
        pause(world.between(0, 0.1));
    }
    router.write_config(world.text());
    pause(0.5);
    must_reload(world, router);
    return router.name();
}

/// A pipe that nobody writes to, in place of a file that pulse reads.
std::string pipe_in_place_of(World& world, std::string (Router::*path)() const) {
    auto& router = world.any();
    const auto place = (router.*path)();
    fs::rename(place, place + ".good");
    (void)::mkfifo(place.c_str(), 0600);
    const auto done = router.run("pulsectl reload", std::chrono::seconds(20));
    if (done.status == 0) world.defects.add(router.name() + ": a pipe was taken for a file");
    if (done.status == 124) world.defects.add(router.name() + ": a pipe in place of a file holds a reload");
    fs::rename(place + ".good", place);
    must_reload(world, router);
    return fmt::format("{} {}: {}", router.name(), place, done.status);
}

/// Names in lvs.cf were resolved when it was read; what is started later needs no name server.
std::string name_server_dead(World& world) {
    const auto before = world.text();
    const auto address = world.config().virtual_servers.front().servers.front().address.to_string();
    std::array<std::string, 2> hosts;
    for (std::size_t n = 0; n < 2; ++n) {
        auto& router = *world.routers()[n];
        std::ifstream file(router.hosts_path());
        hosts[n].assign(std::istreambuf_iterator<char>(file), {});
        std::ofstream(router.hosts_path()) << "127.0.0.1 localhost\n" << address << " first.real.example\n";
    }
    // What it comes to is the same, and only the routers know the name.
    const auto named = with(before, 0, 0, "address", "first.real.example");
    for (auto* router : world.routers()) {
        router->write_config(named);
        must_reload(world, *router);
    }
    for (auto* router : world.routers()) {
        std::ofstream(router->hosts_path()) << "127.0.0.1 localhost\n";
        std::ofstream(router->resolver_path()) << "nameserver 10.0.0.99\n";
        for (const pid_t pid : router->processes().at("lvsd")) ::kill(pid, SIGKILL);
    }
    const auto trouble = world.settle(20);
    for (const auto& text : trouble) world.defects.add("with a dead name server: " + text);
    for (std::size_t n = 0; n < 2; ++n) std::ofstream(world.routers()[n]->hosts_path()) << hosts[n];
    change_to(world, before);
    return {};
}

std::string drain(World& world) {
    auto& router = world.active();
    const auto& service = world.config().virtual_servers.front();
    const auto& server = service.servers[world.one_of(service.servers.size())];
    const auto name = service.name + "/" + server.name;
    const auto done = router.run("pulsectl drain " + name);
    const auto drained = router.table();
    const auto back = router.run("pulsectl undrain " + name);
    if (done.status != 0 || back.status != 0)
        world.defects.add(fmt::format("{}: drain {}: {}{}", router.name(), name, done.text, back.text));
    else if (drained == world.expectation().table)
        world.defects.add(
            fmt::format("{}: drain {} succeeded, and the table knows nothing of it", router.name(), name));
    return router.name() + " " + name;
}

std::string failover(World& world, const Router& router) {
    const auto done = router.run("pulsectl failover");
    if (done.status != 0) world.defects.add(fmt::format("{}: failover: {}", router.name(), done.text));
    return router.name();
}

std::string failover_storm(World& world) {
    for (int times = 0; times < 4; ++times)
        for (auto* router : world.routers()) (void)router->run("pulsectl failover");
    return {};
}

/// A newcomer's file: nothing is said of links.
std::string link_down_by_default(World& world) {
    const auto before = world.text();
    change_to(world, without(before, "monitor_links"));
    auto& router = world.active();
    must("ip link set " + router.port("eth0") + " down");
    world.expect("the role leaves the router without a public link",
                 [&] { return world.other(router).role() == "active"; });
    must("ip link set " + router.port("eth0") + " up");
    pause(1);
    change_to(world, before);
    return router.name();
}

}  // namespace

std::vector<Kind> configuration_kinds() {
    constexpr auto free = Cost::nothing;
    return {
        {"reload_edit", free, "other weights", edit},
        {"reload_storm", free, "ten SIGHUP while a nanny dies", storm},
        {"reload_faulty", free, "a faulty lvs.cf is refused; then lvsd dies", bad_file},
        {"reload_faulty_storm", free, "eight faulty lvs.cf by signal", bad_storm},
        {"config_is_pipe", free, "a FIFO in place of lvs.cf",
         [](World& w) { return pipe_in_place_of(w, &Router::config_path); }},
        {"key_is_pipe", free, "a FIFO in place of the key",
         [](World& w) { return pipe_in_place_of(w, &Router::key_path); }},
        {"name_server_dead", free, "lvsd dies while no name can be resolved", name_server_dead},
        {"drain", free, "drain and undrain", drain},
        {"failover_by_active", free, "pulsectl failover", [](World& w) { return failover(w, w.active()); }},
        {"failover_by_standby", free, "pulsectl failover", [](World& w) { return failover(w, w.standby()); }},
        {"failover_storm", free, "eight failover orders, in turns", failover_storm},
        {"link_public_default", Cost::traffic, "the active router's public link down, monitor_links not set",
         link_down_by_default},
    };
}

}  // namespace pulse::chaos
