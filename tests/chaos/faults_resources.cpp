// Disks, descriptors, the log and the control socket: what runs short, or is held by others.
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <fmt/format.h>

#include "world.h"

namespace pulse::chaos {
namespace {

namespace fs = std::filesystem;

/// While it lives, the state directory has no room.
class FullDisk {
  public:
    explicit FullDisk(const Router& router) : file_(router.state_directory() + "/fill") {
        std::ofstream fill(file_);
        while (fill << std::string(4096, 'x') << std::flush) {
        }
    }
    ~FullDisk() { fs::remove(file_); }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    FullDisk(FullDisk&&) = delete;
    FullDisk& operator=(FullDisk&&) = delete;

  private:
    fs::path file_;
};

void must_reload(World& world, const Router& router) {
    const auto done = router.run("pulsectl reload");
    if (done.status != 0)
        world.defects.add(fmt::format("{}: a reload was refused: {}", router.name(), done.text));
}

std::string disk_full_reload(World& world) {
    auto& router = world.any();
    world.want(world.edited());
    std::string said;
    {
        const FullDisk full(router);
        router.write_config(world.text());
        said = fmt::format("{}: reload {}", router.name(), router.run("pulsectl reload").status);
        for (const pid_t pid : router.processes().at("lvsd")) ::kill(pid, SIGKILL);
        pause(1.5);
    }
    for (auto* each : world.routers()) {
        each->write_config(world.text());
        must_reload(world, *each);
    }
    return said;
}

/// A reload that could not be done as a whole leaves everything as it was, the heartbeats too.
std::string disk_full_new_port(World& world) {
    auto& router = world.any();
    const FullDisk full(router);
    router.write_config(with(world.text(), "heartbeat_port", "1539"));
    const auto done = router.run("pulsectl reload");
    pause(2);
    const auto actives = (world.primary.role() == "active") + (world.backup.role() == "active");
    // A reload that worked separates the two until the other router has the new port too.
    if (done.status != 0 && actives != 1)
        world.defects.add(
            fmt::format("{}: after a refused reload {} routers are active", router.name(), actives));
    router.write_config(world.text());
    must_reload(world, router);
    return fmt::format("{}: reload {}", router.name(), done.status);
}

/// Nobody but root has business there; whoever gets in must not hold anything up.
std::string state_locked(World& world) {
    auto& router = world.active();
    const int restarts = router.restarts();
    (void)router.run(
        "for d in /var/lib/lvs /var/lib/pulse; do setpriv --reuid 65534 --regid 65534 --clear-groups flock "
        "$d sleep 6 & done; "
        "sleep 0.3; n=0; while [ $n -lt 2 ]; do pulsectl drain '*/nothing'; n=$((n+1)); done; true");
    const auto& service = world.config().virtual_servers.front();
    const auto name = service.name + "/" + service.servers.front().name;
    (void)router.run("pulsectl drain " + name + "; pulsectl undrain " + name);
    if (router.role() != "active" || router.restarts() != restarts)
        world.defects.add(router.name() + ": a local user's lock on the state directory moved the role");
    pause(6);
    return router.name();
}

/// What is remembered is damaged behind the daemons' backs; then they are started anew.
std::string state_damaged(World& world) {
    auto& router = world.any();
    for (const auto& entry : fs::recursive_directory_iterator(router.state_directory()))
        if (entry.is_regular_file())
            std::ofstream(entry.path()) << std::string("\0garbage {{{\n\xff\xfe", 14);
    for (const auto* program : {"lvsd", "pulse"})
        for (const pid_t pid : router.processes().at(program)) ::kill(pid, SIGKILL);
    return router.name();
}

/// `spare` descriptors more than it has, for two seconds in which something happens.
template <class Happening>
std::string short_of_descriptors(const Router& router, pid_t pid, long spare, Happening happening) {
    rlimit before{};
    (void)::prlimit(pid, RLIMIT_NOFILE, nullptr, &before);
    std::error_code gone;
    const fs::directory_iterator open(fmt::format("/proc/{}/fd", pid), gone);
    if (gone) return router.name() + ": it was gone already";
    const auto few = rlimit{.rlim_cur = static_cast<rlim_t>(std::distance(begin(open), end(open)) + spare),
                            .rlim_max = before.rlim_max};
    (void)::prlimit(pid, RLIMIT_NOFILE, &few, nullptr);
    happening();
    pause(2);
    if (::prlimit(pid, RLIMIT_NOFILE, &before, nullptr) != 0) return router.name() + ": it died of it";
    return router.name();
}

std::string lvsd_without_descriptors(World& world) {
    const auto& router = world.active();
    const auto processes = router.processes();
    return short_of_descriptors(router, processes.at("lvsd").front(), -2, [&] {
        ::kill(processes.at("nanny").at(world.one_of(processes.at("nanny").size())), SIGKILL);
    });
}

std::string pulse_without_descriptors(World& world) {
    const auto& router = world.active();
    const auto processes = router.processes();
    return short_of_descriptors(router, processes.at("pulse").front(), -3,
                                [&] { ::kill(processes.at("lvsd").front(), SIGKILL); });
}

/// Nobody reads /dev/log while much is written to it.
std::string log_stalled(World& world) {
    auto& router = world.active();
    const int restarts = router.restarts();
    router.stall_log(true);
    // More than fits between a socket and its reader, which is ten messages by default.
    for (int times = 0; times < 3; ++times) (void)router.run("pulsectl reload");
    for (const pid_t pid : router.processes().at("nanny")) ::kill(pid, SIGKILL);
    pause(3);
    const auto role = router.role();
    router.stall_log(false);
    if (role != "active" || router.restarts() != restarts)
        world.defects.add(router.name() + ": a log that nobody reads moved the role; it is '" + role + "'");
    return router.name();
}

/// Connections to the control socket that never ask anything, more than pulse has descriptors.
std::string control_flood(World& world) {
    auto& router = world.active();
    const int restarts = router.restarts();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (void)router.control_socket().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    std::vector<runtime::UniqueFd> idle;
    for (int n = 0; n < 1200; ++n) {
        runtime::UniqueFd one(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!one || ::connect(one.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            continue;
        idle.push_back(std::move(one));
    }
    for (const pid_t pid : router.processes().at("lvsd")) ::kill(pid, SIGKILL);
    pause(3);
    const auto running = router.processes().at("lvsd").size();
    if (running != 1) world.defects.add(router.name() + ": no lvsd while the control socket is flooded");
    const auto said = fmt::format("{}: {} connections", router.name(), idle.size());
    idle.clear();
    if (router.restarts() != restarts)
        world.defects.add(router.name() + ": pulse ended under a control flood");
    return said;
}

}  // namespace

std::vector<Kind> resource_kinds() {
    constexpr auto free = Cost::nothing;
    return {
        {"disk_full_reload", free, "the state directory is full, lvs.cf reloaded, lvsd killed",
         disk_full_reload},
        // Where the reload works, the two do not hear each other until the port is back.
        {"disk_full_new_port", Cost::traffic, "the same with a new heartbeat_port", disk_full_new_port},
        {"state_locked", free, "a local user's flock on the state directory during a drain", state_locked},
        {"state_damaged", free, "garbage in every state file, daemons killed", state_damaged},
        {"descriptors_lvsd", free, "EMFILE for 2 s while a nanny dies", lvsd_without_descriptors},
        {"descriptors_pulse", free, "EMFILE for 2 s while lvsd dies", pulse_without_descriptors},
        {"log_stalled", free, "nobody reads /dev/log for 3 s", log_stalled},
        {"control_flood", free, "1,200 idle connections to the control socket while lvsd dies",
         control_flood},
    };
}

}  // namespace pulse::chaos
