// Somebody else changes what the daemons keep in the kernel.
#include <atomic>
#include <ctime>
#include <thread>

#include <fmt/format.h>

#include "world.h"

namespace pulse::chaos {
namespace {

const config::DeviceAddress& vip(World& world) { return *world.config().virtual_servers.front().address; }

std::string vip_on(World& world, const Router& router, const std::string& verb) {
    return fmt::format("ip -n {} addr {} {}/{} dev {}", router.name(), verb, vip(world).address.to_string(),
                       world.config().virtual_servers.front().vip_nmask ? 32 : 24, vip(world).base_device());
}

std::string flush_table(const Router& router) {
    (void)router.run("ipvsadm -C");
    return router.name();
}

/// One server gone, one with another weight, another scheduler.
std::string edit_table(World& world) {
    const auto& router = world.active();
    const auto& service = world.config().virtual_servers.front();
    const auto name = fmt::format("-t {}:{}", vip(world).address.to_string(), service.port.number);
    const auto server = [&](std::size_t n) {
        return fmt::format("-r {}:{}", service.servers.at(n).address.to_string(),
                           service.servers.at(n).port.number);
    };
    const auto* how = world.config().network_of(service) == config::Network::nat ? "-m" : "-g";
    (void)router.run(fmt::format("ipvsadm -e {0} {1} {3} -w 77; ipvsadm -d {0} {2}; ipvsadm -E {0} -s rr",
                                 name, server(0), server(1), how));
    return router.name();
}

std::string delete_address(World& world, const net::IpAddress& address) {
    const auto& router = world.active();
    (void)router.run(fmt::format(
        "for d in eth0 eth1; do for m in 24 32; do ip addr del {}/$m dev $d 2> /dev/null; done; done",
        address.to_string()));
    return router.name() + " " + address.to_string();
}

std::string vip_on_standby(World& world) {
    const auto& router = world.standby();
    must(vip_on(world, router, "add"));
    world.expect("the floating address that somebody put on the standby is removed, or said to be wrong",
                 [&] {
                     return !router.holds(vip(world).address) ||
                            router.run("pulsectl status").text.find("has not the role") != std::string::npos;
                 });
    if (!router.holds(vip(world).address)) return router.name() + ": removed";
    must(vip_on(world, router, "del"));
    return router.name() + ": alarmed";
}

/// The router's own addresses of a device go, and what else is there with them.
std::string flush_device(World& world) {
    const auto& router = world.active();
    const auto own = fmt::format("10.0.0.{}/24", router.name() == "primary" ? 1 : 2);
    must("ip -n " + router.name() + " addr flush dev eth0");
    pause(world.between(0.5, 3));
    must("ip -n " + router.name() + " addr add " + own + " dev eth0");
    return router.name();
}

/// Many addresses that come and go interrupt every listing of them; meanwhile one of ours is deleted.
std::string address_churn(World& world) {
    const auto& router = world.active();
    std::thread churn([&] {
        (void)router.run(
            "i=0; while [ $i -lt 300 ]; do echo addr add 172.16.$((i/250)).$((i%250+1))/32 dev lo; "
            "i=$((i+1)); done | ip -batch -;"
            "n=0; while [ $n -lt 15 ]; do i=0; while [ $i -lt 60 ]; do echo addr del 172.16.0.$((i+1))/32 "
            "dev lo; "
            "echo addr add 172.16.0.$((i+1))/32 dev lo; i=$((i+1)); done | ip -batch -; n=$((n+1)); done;"
            "i=0; while [ $i -lt 300 ]; do echo addr del 172.16.$((i/250)).$((i%250+1))/32 dev lo; "
            "i=$((i+1)); done | ip -batch -");
    });
    pause(1);
    const auto said = delete_address(world, world.expectation().floating.back());
    churn.join();
    return said;
}

std::string stop_sync(World& world) {
    const auto& router = world.any();
    const auto daemons = [&] { return router.run("ipvsadm -L --daemon").text; };
    const auto before = daemons();
    (void)router.run("ipvsadm --stop-daemon master; ipvsadm --stop-daemon backup");
    world.expect("the sync daemons of " + router.name() + " run again", [&] { return daemons() == before; });
    return router.name();
}

std::string change_sysctl(World& world) {
    const auto& router = world.active();
    const auto value = [&] { return router.run("cat /proc/sys/net/ipv4/vs/expire_nodest_conn").text; };
    const auto before = value();
    (void)router.run("echo 0 > /proc/sys/net/ipv4/vs/expire_nodest_conn");
    world.expect("the sysctl of " + router.name() + " is as configured again",
                 [&] { return value() == before; });
    return router.name();
}

std::string change_timeouts(World& world) {
    const auto& router = world.active();
    const auto value = [&] { return router.run("ipvsadm -L --timeout").text; };
    const auto before = value();
    (void)router.run("ipvsadm --set 77 0 0");
    world.expect("the timeouts of " + router.name() + " are as configured again",
                 [&] { return value() == before; });
    return router.name();
}

/// Forwards and back, so that an hour of faults stays near the right time.
std::string clock_step(World& world) {
    static int direction = -1;
    direction = -direction;
    timespec time{};
    (void)::clock_gettime(CLOCK_REALTIME, &time);
    const auto step = direction * static_cast<long>(3600 + world.one_of(60));
    time.tv_sec += step;
    if (::clock_settime(CLOCK_REALTIME, &time) != 0) throw std::runtime_error("the clock cannot be set here");
    return fmt::format("{:+} s", step);
}

}  // namespace

std::vector<Kind> kernel_kinds() {
    constexpr auto cuts = Cost::traffic;
    constexpr auto free = Cost::nothing;
    return {
        {"table_flushed_active", cuts, "ipvsadm -C", [](World& w) { return flush_table(w.active()); }},
        {"table_flushed_standby", free, "ipvsadm -C", [](World& w) { return flush_table(w.standby()); }},
        {"table_edited_active", cuts,
         "ipvsadm: a server gone and its connections with it, another weight, another scheduler", edit_table},
        {"vip_deleted", free, "the service's address is deleted",
         [](World& w) { return delete_address(w, vip(w).address); }},
        {"last_address_deleted", free, "the last floating address, with NAT the servers' gateway, is deleted",
         [](World& w) { return delete_address(w, w.expectation().floating.back()); }},
        {"vip_on_standby", free, "somebody adds the service's address there", vip_on_standby},
        {"device_flushed", cuts, "ip addr flush of the public device; its own address comes back later",
         flush_device},
        {"address_churn", free, "hundreds of addresses come and go while one of ours is deleted",
         address_churn},
        {"sync_daemon_stopped", free, "ipvsadm --stop-daemon", stop_sync},
        {"sysctl_changed", free, "a sysctl of lvs.cf gets another value", change_sysctl},
        {"timeouts_changed", free, "ipvsadm --set", change_timeouts},
        {"clock_step", free, "an hour forwards, or back", clock_step},
    };
}

}  // namespace pulse::chaos
