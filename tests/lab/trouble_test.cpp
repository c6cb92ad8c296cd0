// A router that serves and sees less than its partner, and one that comes back and knows less. Run by
// tools/lab up pair-signed.cf.
#include <algorithm>
#include <fstream>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/base/text.h"

#include "client.h"
#include "power.h"
#include "shell.h"
#include "signed_pair.h"

namespace pulse::lab {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// Longer than any patience of the routers by which the role could move.
constexpr auto a_while = 3s;

using FailbackTest = SignedPair;

TEST_F(FailbackTest, TakesConnectionsAlongThatSayNothing) {
    set("syncdaemon=1 syncd_iface=eth1 syncd_id=9 auto_failback=1 failback_delay=1");
    ASSERT_TRUE(has_role("primary")) << everything();
    kill_suite(cluster, "primary");
    forget(cluster, "primary");
    ASSERT_TRUE(has_role("backup"));
    // Eight connections that began while the primary was away, and say nothing for now.
    const auto address = cluster.service().address->address.to_string();
    std::vector<std::unique_ptr<Conversation>> conversations;
    for (int n = 0; n < 8; ++n) conversations.push_back(std::make_unique<Conversation>(address, 80));
    const auto each = [&](const auto& question) { return std::ranges::all_of(conversations, question); };
    ASSERT_TRUE(within(forever, [&] { return each([](const auto& one) { return one->answers() >= 5; }); }));
    for (const auto& one : conversations) one->rest(true);
    // What the kernel has to tell waits for company for up to 3 s, and must find nobody there.
    std::this_thread::sleep_for(4s);

    cluster.start("primary");
    EXPECT_TRUE(has_role("primary")) << status("primary");
    EXPECT_THAT(logged("primary"), HasSubstr("failback: this router is well again"));
    EXPECT_THAT(logged("backup"), HasSubstr("the partner wants the role and is ready: deactivating LVS"));
    const auto known = run("ip netns exec primary grep -c ESTABLISHED /proc/net/ip_vs_conn").text;
    EXPECT_GE(parse_decimal<int>(trim(known)).value_or(0), 8);
    for (const auto& one : conversations) one->rest(false);
    std::vector<int> before;
    for (const auto& one : conversations) before.push_back(one->answers());
    for (std::size_t n = 0; n < conversations.size(); ++n) {
        EXPECT_TRUE(within(forever, [&] { return conversations[n]->answers() >= before[n] + 10; })) << n;
        EXPECT_EQ(conversations[n]->end(), "");
    }
}

/// Nodes that answer pings, all on the client's host.
class PingTest : public SignedPair {
  protected:
    void SetUp() override {
        SignedPair::SetUp();
        for (const auto* node : {"250", "251", "252"}) EXPECT_TRUE(change_node("add", node));
        set("'ping=10.0.0.250' 'ping_group=10.0.0.251 10.0.0.252'");
        for (const std::string router : {"primary", "backup"})
            ASSERT_TRUE(within(forever, [&] { return status(router)["partner"]["pings_up"] == 2; }));
    }
    void TearDown() override {
        for (const std::string router : {"primary", "backup"})
            (void)run("ip -n " + router + " route del blackhole 10.0.0.250");
        for (const auto* node : {"250", "251", "252"}) (void)change_node("del", node);
        SignedPair::TearDown();
    }

    static bool change_node(const std::string& verb, const std::string& node) {
        return run("ip -n client addr " + verb + " 10.0.0." + node + "/24 dev eth0").status == 0;
    }
    /// A router cannot reach 10.0.0.250 any more, or can again.
    static bool change_sight(const std::string& router, const std::string& verb) {
        return run("ip -n " + router + " route " + verb + " blackhole 10.0.0.250").status == 0;
    }
};

TEST_F(PingTest, TheRoleGoesToTheRouterThatSeesMoreAndMoreSlowlyEachTime) {
    const auto first = active();
    const auto second = Cluster::other(first);
    // A group is there while one of its nodes is.
    ASSERT_TRUE(change_node("del", "252"));
    for (const auto& router : {first, second})
        EXPECT_TRUE(says(router, "ping node 10.0.0.252 does not answer"));
    EXPECT_EQ(status(first)["pings"]["up"], 2);
    EXPECT_EQ(active(), first);

    ASSERT_TRUE(change_sight(first, "add"));
    EXPECT_TRUE(has_role(second));
    EXPECT_THAT(logged(first), HasSubstr("of links and ping nodes, this router"));
    EXPECT_THAT(logged(first), HasSubstr("the partner is ready: handing the role over"));
    ASSERT_TRUE(change_sight(first, "del"));
    EXPECT_TRUE(says(first, "ping node 10.0.0.250 answers again"));
    std::this_thread::sleep_for(a_while);
    EXPECT_EQ(active(), second) << "who sees as much is no better";

    ASSERT_TRUE(change_sight(second, "add"));
    EXPECT_TRUE(has_role(first));
    ASSERT_TRUE(change_sight(second, "del"));
    ASSERT_TRUE(within(forever, [&] { return status(first)["partner"]["pings_up"] == 2; }));

    // The second time it is given twice deadtime, after the deadtime (but one ping) that the node needs to be
    // missed.
    const auto began = std::chrono::steady_clock::now();
    ASSERT_TRUE(change_sight(first, "add"));
    EXPECT_TRUE(has_role(second));
    EXPECT_GT(std::chrono::steady_clock::now() - began, 3 * cluster.config().deadtime - 300ms);

    // Nobody sees it: nobody is better.
    ASSERT_TRUE(change_node("del", "250"));
    EXPECT_TRUE(within(forever, [&] { return status(second)["pings"]["up"] == 1; }));
    std::this_thread::sleep_for(a_while);
    EXPECT_EQ(active(), second);
}

/// A third wire, on which each router has a bond of two cables, a VLAN on it and a bridge on that; the
/// heartbeats travel there too.
class BondTest : public SignedPair {
  protected:
    void SetUp() override {
        SignedPair::SetUp();
        std::string commands = "link add third type bridge\nlink set third up\n";
        for (const std::string router : {"primary", "backup"}) {
            for (const std::string slave : {"bond-a", "bond-b"}) {
                const auto cable = cable_prefix(router) + "-" + slave;
                commands += "link add " + cable + " type veth peer name " + slave + " netns " + router +
                            "\nlink set " + cable + " master third up\n";
            }
            const std::string number = router == "primary" ? "1" : "2";
            std::ofstream("/tmp/bond-" + router)
                << "link add bond9 type bond mode active-backup miimon 20\n"
                   "link set bond-a master bond9\nlink set bond-b master bond9\nlink set bond9 up\n"
                   "link add link bond9 name vlan9 type vlan id 9\n"
                   "link add br9 type bridge\nlink set vlan9 master br9 up\nlink set br9 up\n"
                   "addr add 10.9.0." +
                       number + "/24 dev br9\n";
        }
        std::ofstream("/tmp/bond-cables") << commands;
        (void)run("modprobe -a bonding 8021q");
        const auto built =
            run("ip -batch /tmp/bond-cables && ip -n primary -batch /tmp/bond-primary && "
                "ip -n backup -batch /tmp/bond-backup");
        ASSERT_EQ(built.status, 0) << "a kernel with bonding, VLANs and bridges is needed: " << built.text;
        // Longer than a cable that is pulled and put back needs on a busy machine.
        set("heartbeat_path='10.9.0.1 10.9.0.2' deadtime=4 monitor_links=1");
        for (const std::string router : {"primary", "backup"})
            ASSERT_TRUE(within(forever, [&] {
                const auto seen = status(router);
                return seen["links"]["up"] == seen["partner"]["links_up"] &&
                       seen["heartbeat"]["paths"].size() == 3 && seen["heartbeat"]["paths"][2]["heard"] > 0;
            })) << everything();
    }
    void TearDown() override {
        (void)run(
            "ip -n primary link del br9; ip -n backup link del br9; ip link del third; "
            "for h in h1 h2; do ip link del $h-bond-a; ip link del $h-bond-b; done");
        SignedPair::TearDown();
    }

    static std::string pull(const std::string& router, const std::string& slave, const char* state) {
        return "ip link set " + cable_prefix(router) + "-" + slave + " " + state;
    }
};

TEST_F(BondTest, OneCableIsNothingAFlapIsNothingAndBothForGoodMoveTheRole) {
    const auto first = active();
    const auto second = Cluster::other(first);
    const auto all = status(first)["links"]["up"].get<int>();
    ASSERT_EQ(run(pull(first, "bond-a", "down")).status, 0);
    ASSERT_TRUE(within(forever, [&] {
        const auto bond = run("ip netns exec " + first + " cat /proc/net/bonding/bond9").text;
        return bond.find("Currently Active Slave: bond-b") != std::string::npos;
    }));
    std::this_thread::sleep_for(1s);  // the kernel tells of some devices once a second
    EXPECT_EQ(status(first)["links"]["up"], all) << "the bond has its other cable";
    EXPECT_THAT(logged(first), Not(HasSubstr("link down")));

    // Through bond, VLAN and bridge the loss is seen, and forgiven.
    ASSERT_EQ(run(pull(first, "bond-b", "down")).status, 0);
    EXPECT_TRUE(says(first, "NIC: link down"));
    ASSERT_EQ(run(pull(first, "bond-b", "up")).status, 0);
    EXPECT_TRUE(says(first, "NIC: link up"));
    std::this_thread::sleep_for(5s);  // longer than deadtime
    EXPECT_EQ(active(), first);

    ASSERT_EQ(run(pull(first, "bond-b", "down")).status, 0);
    EXPECT_TRUE(has_role(second));
    EXPECT_THAT(logged(first), HasSubstr("of links and ping nodes, this router"));
    EXPECT_THAT(logged(second), Not(HasSubstr("partner dead")));
}

using LinkTest = SignedPair;

/// One that the service needs. The role stays where the link is steady.
TEST_F(LinkTest, ACableThatComesAndGoesMovesTheRoleOnce) {
    const auto first = active();
    const auto second = Cluster::other(first);
    const auto takeovers = [](const std::string& router) { return status(router)["takeovers"].get<int>(); };
    const int before = takeovers(first) + takeovers(second);
    const auto cable = "ip link set " + cable_prefix(first) + "-eth0 ";
    for (int n = 0; n < 5; ++n)
        ASSERT_EQ(run(cable + "down && sleep 0.2 && " + cable + "up && sleep 0.2").status, 0);
    EXPECT_TRUE(has_role(second));
    EXPECT_TRUE(says(first, "Local NIC link(s) restored: Pulse enabled"));
    std::this_thread::sleep_for(a_while);
    EXPECT_EQ(active(), second);
    EXPECT_EQ(takeovers(first) + takeovers(second), before + 1);
}

/// monitor_links is absent: the loss of what the service needs moves the role while the private path says
/// that all is well.
class DeviceTest : public SignedPair {
  protected:
    void TearDown() override {
        bring_back(active() == "primary" ? "backup" : "primary");
        SignedPair::TearDown();
    }
    /// The router has its public device and address again.
    static void bring_back(const std::string& router) {
        const auto cable = cable_prefix(router) + "-eth0";
        (void)run("ip link add " + cable + " type veth peer name eth0 netns " + router);
        (void)run("ip link set " + cable + " master public up");
        (void)run("ip -n " + router + " link set eth0 up");
        (void)run("ip -n " + router + " addr add " + own(router) + "/24 dev eth0");
    }
    static std::string own(const std::string& router) {
        return router == "primary" ? "10.0.0.1" : "10.0.0.2";
    }
};

TEST_F(DeviceTest, ADeletedDeviceIsALostLink) {
    const auto first = active();
    outage_while([&] { EXPECT_EQ(run("ip -n " + first + " link del eth0").status, 0); });
    EXPECT_TRUE(has_role(Cluster::other(first)));
    EXPECT_THAT(logged(first), HasSubstr("local link failure: deactivating LVS"));
    EXPECT_THAT(Cluster::pulsectl(first, "status").text, HasSubstr("links:      DOWN: Primary, eth0"));
    bring_back(first);
    EXPECT_TRUE(says(first, "Local NIC link(s) restored: Pulse enabled"));
}

TEST_F(DeviceTest, ARouterWithoutItsOwnAddressHandsTheRoleOver) {
    const auto first = active();
    outage_while(
        [&] { EXPECT_EQ(run("ip -n " + first + " addr del " + own(first) + "/24 dev eth0").status, 0); });
    EXPECT_TRUE(has_role(Cluster::other(first)));
    bring_back(first);
    EXPECT_TRUE(says(first, "Local NIC link(s) restored: Pulse enabled"));
}

using ServersTest = SignedPair;

/// The private cable of the active router carries nothing any more, and no device tells of it.
TEST_F(ServersTest, TheRoleGoesToTheRouterThatReachesTheServers) {
    const auto first = active();
    const auto second = Cluster::other(first);
    ASSERT_TRUE(within(forever, [&] { return status(first)["partner"]["served_permille"] == 1000; }))
        << everything();
    EXPECT_EQ(status(first)["served_permille"], 1000);
    ASSERT_EQ(run("ip netns exec " + first + " tc qdisc add dev eth1 root netem loss 100%").status, 0);
    EXPECT_TRUE(has_role(second));
    EXPECT_THAT(logged(first), HasSubstr("the partner reaches 100.0 % of the real servers, this router"));
    EXPECT_THAT(logged(second), Not(HasSubstr("partner dead")));
    std::this_thread::sleep_for(a_while);
    EXPECT_EQ(active(), second);
    ASSERT_EQ(run("ip netns exec " + first + " tc qdisc del dev eth1 root").status, 0);
}

}  // namespace
}  // namespace pulse::lab
