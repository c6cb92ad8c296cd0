// Real servers.
#include <fmt/format.h>

#include "world.h"

namespace pulse::chaos {
namespace {

std::string one_server(World& world) {
    const auto& servers = world.config().virtual_servers.front().servers;
    return servers[world.one_of(servers.size())].name;
}

std::string for_a_while(World& world, const std::string& server, const std::string& begin,
                        const std::string& end) {
    must(begin);
    pause(world.between(1, 4));
    must(end);
    return server;
}

std::string killed(World& world) {
    const auto server = one_server(world);
    return for_a_while(world, server, "lab-web kill " + server, "lab-web start " + server);
}

/// It accepts, and says nothing.
std::string hangs(World& world) {
    const auto server = one_server(world);
    const auto signal = [&](const char* name) {
        return fmt::format("kill -{} $(ip netns pids {})", name, server);
    };
    return for_a_while(world, server, signal("STOP"), signal("CONT"));
}

std::string cut_off(World& world) {
    const auto server = one_server(world);
    const auto qdisc = "ip netns exec " + server + " tc qdisc ";
    return for_a_while(world, server, qdisc + "add dev eth0 root netem loss 100%",
                       qdisc + "del dev eth0 root");
}

}  // namespace

std::vector<Kind> server_kinds() {
    constexpr auto cuts = Cost::traffic;
    return {
        {"server_killed", cuts, "nginx dies, and comes back", killed},
        {"server_restarted", cuts, "nginx stops and starts",
         [](World& w) {
             const auto server = one_server(w);
             must("lab-web restart " + server);
             return server;
         }},
        {"server_hangs", cuts, "nginx is stopped for 1 to 4 s", hangs},
        {"server_cut_off", cuts, "nothing leaves the server for 1 to 4 s", cut_off},
    };
}

}  // namespace pulse::chaos
