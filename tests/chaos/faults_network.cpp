// Cables, packets, and whole machines.
#include <fmt/format.h>

#include "world.h"

namespace pulse::chaos {
namespace {

std::string bridge(const std::string& device) { return device == "eth0" ? "public" : "private"; }

/// Something about a router's device, for half a second to four.
std::string for_a_while(World& world, const Router& router, const std::string& device,
                        const std::string& begin, const std::string& end) {
    const double length = world.between(0.5, 4);
    must(begin);
    pause(length);
    must(end);
    return fmt::format("{} {}, {:.1f} s", router.name(), device, length);
}

/// The router's device loses its carrier.
std::string link_down(World& world, const Router& router, const std::string& device) {
    const auto link = "ip link set " + router.port(device);
    return for_a_while(world, router, device, link + " down", link + " up");
}

/// Nothing comes or goes, and nothing tells of it.
std::string silent(World& world, const Router& router, const std::string& device) {
    const auto link = "ip link set " + router.port(device);
    return for_a_while(world, router, device, link + " nomaster", link + " master " + bridge(device));
}

/// Nothing goes to the router, or nothing comes from it.
std::string one_way(World& world, const Router& router, const std::string& device, bool outwards) {
    const auto in = outwards ? "ip netns exec " + router.name() + " tc qdisc " : "tc qdisc ";
    const auto on = " dev " + (outwards ? device : router.port(device)) + " root ";
    return for_a_while(world, router, device, in + "add" + on + "netem loss 100%", in + "del" + on);
}

/// All links of both routers treat packets badly.
std::string netem(World& world, const std::string& how) {
    (void)world;
    const auto both = [&](const std::string& verb) {
        for (const auto* device : {"eth0", "eth1"})
            for (const auto* router : {"primary", "backup"})
                must(fmt::format("ip netns exec {} tc qdisc {} dev {} root {}", router, verb, device,
                                 verb == "add" ? "netem " + how : ""));
    };
    both("add");
    pause(3);
    both("del");
    return how;
}

void cables(const Router& router, bool plugged) {
    for (const std::string device : {"eth0", "eth1"})
        must("ip link set " + router.port(device) + (plugged ? " master " + bridge(device) : " nomaster"));
}

std::string isolate_standby(World& world) {
    const auto& router = world.standby();
    cables(router, false);
    pause(world.between(1.5, 4));
    cables(router, true);
    return router.name();
}

/// Silent death of a machine; what its kernel knew is gone when it comes back.
std::string power_cut(World& world, Router& router) {
    cables(router, false);
    router.lose_power();
    pause(world.between(1.5, 3));
    for (const auto& address : world.expectation().floating)
        (void)router.run(
            fmt::format("for d in eth0 eth1; do for m in 24 32; do ip addr del {}/$m dev $d; done; done",
                        address.to_string()));
    (void)router.run("ipvsadm -C; ipvsadm --stop-daemon master; ipvsadm --stop-daemon backup");
    cables(router, true);
    router.start();
    return router.name();
}

/// The card goes and comes back, as when its driver is loaded anew.
std::string device_replaced(World& world, const Router& router, const std::string& device) {
    const auto inside = "ip -n " + router.name() + " ";
    const auto address =
        fmt::format("10.0.{}.{}/24", device == "eth0" ? 0 : 1, router.name() == "primary" ? 1 : 2);
    must(inside + "link del " + device);
    pause(world.between(0.5, 4));
    must(
        fmt::format("ip link add {0} type veth peer name {1} netns {2} && ip link set {0} master {3} up && "
                    "{4} link set {1} up && {4} addr add {5} dev {1}",
                    router.port(device), device, router.name(), bridge(device), inside, address));
    return router.name() + " " + device;
}

std::string device_renamed(World& world, const Router& router, const std::string& device) {
    const auto link = "ip -n " + router.name() + " link set ";
    // Older kernels rename only what is down.
    const auto rename = [&](const std::string& from, const std::string& to) {
        return link + from + " down && " + link + from + " name " + to + " && " + link + to + " up";
    };
    return for_a_while(world, router, device, rename(device, "odd0"), rename("odd0", device));
}

}  // namespace

std::vector<Kind> network_kinds() {
    constexpr auto cuts = Cost::traffic;
    constexpr auto free = Cost::nothing;
    std::vector<Kind> kinds;
    for (const std::string device : {"eth0", "eth1"}) {
        const auto side = bridge(device);
        kinds.insert(kinds.end(),
                     {{"link_" + side + "_active", cuts, "the carrier goes for 0.5 to 4 s",
                       [device](World& w) { return link_down(w, w.active(), device); }},
                      {"link_" + side + "_standby", free, "the carrier goes for 0.5 to 4 s",
                       [device](World& w) { return link_down(w, w.standby(), device); }},
                      {"cable_" + side + "_active", cuts, "silently dead for 0.5 to 4 s",
                       [device](World& w) { return silent(w, w.active(), device); }},
                      {"cable_" + side + "_standby", free, "silently dead for 0.5 to 4 s",
                       [device](World& w) { return silent(w, w.standby(), device); }},
                      {"deaf_" + side + "_active", cuts, "nothing arrives for 0.5 to 4 s",
                       [device](World& w) { return one_way(w, w.active(), device, false); }},
                      {"mute_" + side + "_active", cuts, "nothing leaves for 0.5 to 4 s",
                       [device](World& w) { return one_way(w, w.active(), device, true); }},
                      {"deaf_" + side + "_standby", free, "nothing arrives for 0.5 to 4 s",
                       [device](World& w) { return one_way(w, w.standby(), device, false); }},
                      {"mute_" + side + "_standby", free, "nothing leaves for 0.5 to 4 s",
                       [device](World& w) { return one_way(w, w.standby(), device, true); }},
                      {"replaced_" + side + "_active", cuts, "the device is deleted and comes back",
                       [device](World& w) { return device_replaced(w, w.active(), device); }},
                      {"replaced_" + side + "_standby", free, "the device is deleted and comes back",
                       [device](World& w) { return device_replaced(w, w.standby(), device); }},
                      {"renamed_" + side + "_active", cuts, "the device has another name for a while",
                       [device](World& w) { return device_renamed(w, w.active(), device); }}});
    }
    kinds.insert(kinds.end(),
                 {{"isolate_standby", free, "both its cables silently dead: it takes over on its island",
                   isolate_standby},
                  {"power_active", cuts, "cables, daemons and the kernel's memory gone at once",
                   [](World& w) { return power_cut(w, w.active()); }},
                  {"power_standby", free, "cables, daemons and the kernel's memory gone at once",
                   [](World& w) { return power_cut(w, w.standby()); }},
                  {"packet_loss", cuts, "10 to 50 % on all links of both routers for 3 s",
                   [](World& w) { return netem(w, fmt::format("loss {}%", 10 + 20 * w.one_of(3))); }},
                  {"packet_delay", free, "20 ms more or less on all links of both routers for 3 s",
                   [](World& w) { return netem(w, "delay 20ms 15ms"); }},
                  {"packet_duplicate", free, "30 % twice on all links of both routers for 3 s",
                   [](World& w) { return netem(w, "duplicate 30%"); }}});
    return kinds;
}

}  // namespace pulse::chaos
