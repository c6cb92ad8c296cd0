#include "power.h"

#include <csignal>

#include <gtest/gtest.h>

#include "pulse/failover/cluster.h"

#include "shell.h"

namespace pulse::lab {

std::string cable_prefix(const std::string& router) { return router == "primary" ? "h1" : "h2"; }

void kill_suite(const Cluster& cluster, const std::string& router) {
    for (const auto* program : {"pulse", "lvsd", "nanny"})
        for (const int pid : cluster.pids(router, program)) ::kill(pid, SIGKILL);
}

void cut_off(const Cluster& cluster, const std::string& router) {
    for (const auto* device : {"-eth0", "-eth1"})
        EXPECT_EQ(run("ip link set " + cable_prefix(router) + device + " nomaster").status, 0);
    kill_suite(cluster, router);
}

void forget(const Cluster& cluster, const std::string& router) {
    for (const auto& floating : failover::floating_addresses(cluster.config()))
        (void)run("ip -n " + router + " addr del " + floating.address.to_string() + "/" +
                  std::to_string(floating.prefix_length.value_or(floating.address.is_v4() ? 32 : 128)) +
                  " dev " + floating.device());
    const auto in = "ip netns exec " + router + " ipvsadm ";
    EXPECT_EQ(run(in + "-C").status, 0);
    (void)run(in + "--stop-daemon master; " + in + "--stop-daemon backup");
}

void reboot(Cluster& cluster, const std::string& router) {
    forget(cluster, router);
    const auto cable = cable_prefix(router);
    EXPECT_EQ(
        run("ip link set " + cable + "-eth0 master public && ip link set " + cable + "-eth1 master private")
            .status,
        0);
    cluster.start(router);
}

}  // namespace pulse::lab
