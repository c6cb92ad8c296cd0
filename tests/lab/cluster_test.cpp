// The whole suite: two pulses, real servers, a client. Run by tools/lab up FILE; each file is a network of
// its own.
#include "cluster.h"

#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shell.h"

namespace pulse::lab {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ClusterTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(cluster.become_healthy()) << everything(); }

    void TearDown() override {
        if (HasFailure()) std::fputs(everything().c_str(), stdout);
    }

    std::string everything() const {
        return cluster.log("primary") + cluster.table("primary") + cluster.log("backup") +
               cluster.table("backup");
    }

    [[nodiscard]] std::vector<const config::RealServer*> servers() const {
        std::vector<const config::RealServer*> active;
        for (const auto& server : cluster.service().servers)
            if (server.active) active.push_back(&server);
        return active;
    }

    /// A client that asks every 10 ms in the background while `happening` goes on; its summary.
    template <class Happening>
    std::string asked_meanwhile(Happening happening,
                                const std::string& options = "--interval 10 --timeout 2000") {
        std::string summary;
        std::thread client([&] { summary = Cluster::ask(options + " --for 8", cluster.service()); });
        std::this_thread::sleep_for(std::chrono::seconds(1));
        happening();
        client.join();
        return summary;
    }

    Cluster cluster;
};

TEST_F(ClusterTest, ARequestReachesEveryRealServer) {
    const auto answers = Cluster::ask("--count 24", cluster.service());
    EXPECT_THAT(answers, HasSubstr("requests 24 answered 24 failed 0"));
    if (cluster.service().persistent.count() > 0) return;  // one client has one server then
    for (const auto* server : servers()) EXPECT_THAT(answers, HasSubstr(server->name + " "));
}

TEST_F(ClusterTest, OnlyTheActiveRouterHasATable) {
    EXPECT_THAT(cluster.table(Cluster::other(cluster.active())), Not(HasSubstr("TCP ")));
}

TEST_F(ClusterTest, ADeadRealServerLeavesAndComesBack) {
    const auto router = cluster.active();
    const auto& victim = *servers().front();
    // Else a client that happens on a port it used with the dead server meets silence until that entry
    // expires.
    ASSERT_EQ(
        run("ip netns exec " + router + " sh -c 'echo 1 > /proc/sys/net/ipv4/vs/expire_nodest_conn'").status,
        0);
    ASSERT_EQ(run("lab-web kill " + victim.name).status, 0);
    EXPECT_TRUE(within(cluster.check_limit(), [&] { return !cluster.in_table(router, victim); }));
    EXPECT_THAT(Cluster::ask("--count 8 --timeout 3000", cluster.service()),
                HasSubstr("requests 8 answered 8 failed 0"));
    ASSERT_EQ(run("lab-web start " + victim.name).status, 0);
    EXPECT_TRUE(within(cluster.check_limit(), [&] { return cluster.in_table(router, victim); }));
    const auto log = Cluster::log(router);
    const auto place = victim.address.to_string() + ":" + std::to_string(victim.port.number);
    EXPECT_THAT(log, HasSubstr("[inactive] shutting down " + place + " due to connection failure"));
    EXPECT_THAT(log, HasSubstr("[ active ] making " + place + " available"));
}

TEST_F(ClusterTest, AKilledNannyIsReplacedAndNoRequestFails) {
    const auto router = cluster.active();
    const auto before = cluster.pids(router, "nanny");
    ASSERT_EQ(before.size(), servers().size());
    const auto summary = asked_meanwhile([&] { ::kill(before.front(), SIGKILL); });
    EXPECT_THAT(summary, HasSubstr(" failed 0 "));
    const auto after = cluster.pids(router, "nanny");
    EXPECT_EQ(after.size(), before.size());
    EXPECT_THAT(after, Not(testing::Contains(before.front())));
}

TEST_F(ClusterTest, AKilledLvsdIsReplacedAndNoRequestFails) {
    const auto router = cluster.active();
    const auto before = cluster.pids(router, "lvsd");
    ASSERT_EQ(before.size(), 1U);
    const auto summary = asked_meanwhile([&] { ::kill(before.front(), SIGKILL); });
    EXPECT_THAT(summary, HasSubstr(" failed 0 "));
    const auto after = cluster.pids(router, "lvsd");
    ASSERT_EQ(after.size(), 1U);
    EXPECT_NE(after, before);
    EXPECT_EQ(cluster.active(), router);
    EXPECT_TRUE(within(cluster.check_limit(), [&] {
        return cluster.pids(router, "nanny").size() == servers().size();
    })) << "nannies of the dead lvsd must end by themselves";
}

TEST_F(ClusterTest, AKilledRouterIsReplaced) {
    const auto dead = cluster.active();
    const auto heir = Cluster::other(dead);
    const auto device = cluster.service().address->base_device();
    ASSERT_THAT(Cluster::ask("--count 1", cluster.service()), HasSubstr("failed 0"));
    ASSERT_EQ(cluster.client_neighbour(), Cluster::mac(dead, device));

    for (const auto* program : {"pulse", "lvsd"})
        for (const int pid : cluster.pids(dead, program)) ::kill(pid, SIGKILL);
    EXPECT_TRUE(within(cluster.takeover_limit(),
                       [&] { return cluster.holds_address(heir, cluster.service().address->address); }));
    EXPECT_TRUE(within(cluster.takeover_limit(),
                       [&] { return cluster.client_neighbour() == Cluster::mac(heir, device); }));
    EXPECT_THAT(Cluster::ask("--count 1", cluster.service()), HasSubstr("requests 1 answered 1 failed 0"));
    EXPECT_TRUE(within(cluster.takeover_limit(), [&] {
        return Cluster::log(heir).find("gratuitous lvs arps finished") != std::string::npos;
    }));

    // The dead router comes back, finds its partner active and gives up what it still holds.
    cluster.start(dead);
    EXPECT_TRUE(within(cluster.takeover_limit(), [&] { return cluster.active() == heir; }));
    EXPECT_TRUE(within(cluster.takeover_limit(),
                       [&] { return cluster.table(dead).find("TCP ") == std::string::npos; }));
    EXPECT_THAT(Cluster::ask("--count 4", cluster.service()), HasSubstr("requests 4 answered 4 failed 0"));
}

TEST_F(ClusterTest, AStoppedRouterHandsOverAndLeavesNothing) {
    const auto stopped = cluster.active();
    const auto heir = Cluster::other(stopped);
    const auto pulse = cluster.pids(stopped, "pulse");
    ASSERT_EQ(pulse.size(), 1U);
    ::kill(pulse.front(), SIGTERM);
    EXPECT_TRUE(within(cluster.takeover_limit(), [&] { return cluster.pids(stopped, "pulse").empty(); }));
    EXPECT_THAT(cluster.pids(stopped, "lvsd"), IsEmpty());
    EXPECT_THAT(cluster.table(stopped), Not(HasSubstr("TCP ")));
    EXPECT_TRUE(within(cluster.takeover_limit(), [&] { return cluster.active() == heir; }));
    EXPECT_THAT(Cluster::log(heir), testing::AnyOf(HasSubstr("primary inactive: activating lvs"),
                                                   HasSubstr("backup inactive: activating lvs")));
    EXPECT_TRUE(within(cluster.check_limit(), [&] { return cluster.in_table(heir, *servers().front()); }));
    EXPECT_THAT(Cluster::ask("--count 4", cluster.service()), HasSubstr("requests 4 answered 4 failed 0"));
}

TEST_F(ClusterTest, TheGatewayOfTheRealServersFollowsTheRole) {
    if (cluster.config().network != config::Network::nat || !cluster.config().nat_router) return;
    const auto& gateway = cluster.config().nat_router->address;
    EXPECT_TRUE(cluster.holds_address(cluster.active(), gateway));
    EXPECT_FALSE(cluster.holds_address(Cluster::other(cluster.active()), gateway));
}

}  // namespace
}  // namespace pulse::lab
