// Two routers with signed heartbeats and a warm standby lose and move the role in every way. Run by
// tools/lab up pair-signed.cf.
#include <algorithm>
#include <csignal>
#include <memory>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client.h"
#include "power.h"
#include "shell.h"
#include "signed_pair.h"

namespace pulse::lab {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

using FailoverTest = SignedPair;

TEST_F(FailoverTest, StatusShowsBothPathsAndTheSignedFormat) {
    for (const std::string router : {"primary", "backup"}) {
        const auto seen = status(router);
        EXPECT_EQ(seen["heartbeat"]["format"], 2);
        ASSERT_EQ(seen["heartbeat"]["paths"].size(), 2U);
        for (const auto& path : seen["heartbeat"]["paths"]) EXPECT_GT(path["heard"], 0);
        EXPECT_EQ(seen["partner"]["config_differs"], false);
        EXPECT_THAT(Cluster::pulsectl(router, "status").text, HasSubstr("format 2, signed"));
    }
}

TEST_F(FailoverTest, AnOrderlyStopHandsTheRoleToAPartnerThatIsReady) {
    const auto from = active();
    const auto to = Cluster::other(from);
    outage_while([&] { ::kill(cluster.pids(from, "pulse").front(), SIGTERM); });
    EXPECT_TRUE(has_role(to));
    EXPECT_TRUE(within(forever, [&] { return cluster.pids(from, "pulse").empty(); }));
    EXPECT_THAT(logged(from), HasSubstr("the partner is ready: handing the role over"));
    EXPECT_THAT(logged(to), HasSubstr("inactive: activating lvs"));
    EXPECT_THAT(logged(to), Not(HasSubstr("partner dead")));
}

TEST_F(FailoverTest, AnOperatorMovesTheRoleFromEitherSide) {
    const auto first = active();
    const auto second = Cluster::other(first);
    Output answer;
    outage_while([&] { answer = Cluster::pulsectl(first, "failover"); });
    EXPECT_EQ(answer.status, 0) << answer.text;
    EXPECT_TRUE(has_role(second));
    std::this_thread::sleep_for(2s);
    EXPECT_EQ(active(), second) << "it must stay where it was moved to";
    ASSERT_TRUE(within(forever, [&] { return Cluster::pulsectl(first, "failover").status == 0; }));
    EXPECT_TRUE(has_role(first));
}

/// To the kernel its daemon runs as ever, into the device that is gone.
TEST_F(FailoverTest, ASynchronisationDeviceThatIsMadeAnewIsUsedAgain) {
    const auto make = [](const std::string& router) {
        return run("ip -n " + router + " link add link eth1 name eth1.9 type vlan id 9 && ip -n " + router +
                   " link set eth1.9 up && ip -n " + router + " addr add 10.0.9.1/24 dev eth1.9")
                   .status == 0;
    };
    const auto router = active();
    for (const std::string each : {"primary", "backup"}) ASSERT_TRUE(make(each));
    set("syncdaemon=1 syncd_iface=eth1.9 syncd_id=9 syncd_both=1");
    const std::string started = "connection synchronisation: master on eth1.9, id 9 started";
    ASSERT_TRUE(says(router, started));
    ASSERT_EQ(run("ip -n " + router + " link del eth1.9").status, 0);
    EXPECT_TRUE(says(router, "connection synchronisation: there is no device eth1.9"));
    EXPECT_THAT(Cluster::pulsectl(router, "status").text, HasSubstr("there is no device eth1.9"));
    ASSERT_TRUE(make(router));
    EXPECT_TRUE(within(forever, [&] {
        const auto log = logged(router);
        return log.rfind(started) > log.rfind("there is no device eth1.9") &&
               log.rfind(started) != std::string::npos;
    }));
    for (const std::string each : {"primary", "backup"}) (void)run("ip -n " + each + " link del eth1.9");
}

/// The kernel has not told of these to the other router yet: it waits for packets, and for company.
TEST_F(FailoverTest, ConnectionsThatHaveJustBegunGoOnAfterAHandover) {
    set("syncdaemon=1 syncd_iface=eth1 syncd_id=9 syncd_both=1");
    for (const std::string router : {"primary", "backup"})
        ASSERT_TRUE(says(router, "connection synchronisation: backup on eth1, id 9 started")) << everything();
    const auto address = cluster.service().address->address.to_string();
    for (int round = 0; round < 2; ++round) {
        const auto router = active();
        std::vector<std::unique_ptr<Conversation>> conversations;
        for (int n = 0; n < 8; ++n) conversations.push_back(std::make_unique<Conversation>(address, 80));
        ASSERT_TRUE(within(forever, [&] {
            return std::ranges::all_of(conversations, [](const auto& one) { return one->answers() >= 1; });
        }));
        EXPECT_EQ(Cluster::pulsectl(router, "failover").status, 0);
        EXPECT_TRUE(has_role(Cluster::other(router)));
        for (const auto& one : conversations) {
            const int before = one->answers();
            EXPECT_TRUE(within(forever, [&] { return one->answers() >= before + 10; }));
            EXPECT_EQ(one->end(), "");
        }
    }
}

TEST_F(FailoverTest, AKilledRouterIsReplacedWithinDeadtime) {
    const auto dead = active();
    const auto heir = Cluster::other(dead);
    outage_while([&] { kill_suite(cluster, dead); });
    EXPECT_TRUE(
        within(forever, [&] { return cluster.holds_address(heir, cluster.service().address->address); }));
    EXPECT_THAT(logged(heir), HasSubstr("partner dead: activating lvs"));
    cluster.start(dead);
    EXPECT_TRUE(has_role(heir));
}

TEST_F(FailoverTest, ARouterWhosePulseIsStartedAgainAtOnceKeepsTheRoleAndLosesNothing) {
    set("deadtime=4");  // in the guest a start alone takes half a second
    const auto router = active();
    const auto summary = outage_while([&] {
        for (const int pid : cluster.pids(router, "pulse")) ASSERT_EQ(::kill(pid, SIGKILL), 0);
        cluster.start(router);
    });
    EXPECT_THAT(summary, HasSubstr("failed 0"));
    EXPECT_THAT(logged(router), HasSubstr("nobody else has taken the role meanwhile: going on"));
    EXPECT_THAT(logged(Cluster::other(router)), Not(HasSubstr("activating lvs")));
    EXPECT_TRUE(within(forever, [&] { return status(router).value("role", "") == "active"; }));
    EXPECT_TRUE(has_role(router));
}

TEST_F(FailoverTest, AStoppedProcessThatWakesUpDoesNotFightItsSuccessor) {
    const auto frozen = active();
    const auto heir = Cluster::other(frozen);
    const int pid = cluster.pids(frozen, "pulse").front();
    ::kill(pid, SIGSTOP);
    EXPECT_TRUE(
        within(forever, [&] { return cluster.holds_address(heir, cluster.service().address->address); }));
    std::this_thread::sleep_for(2s);
    const auto before = logged(heir).size();
    ::kill(pid, SIGCONT);
    EXPECT_TRUE(has_role(heir));
    EXPECT_THAT(logged(frozen), HasSubstr("this process did not run for"));
    EXPECT_THAT(logged(frozen), HasSubstr("the partner has taken the role meanwhile: deactivating LVS"));
    std::this_thread::sleep_for(2s);
    EXPECT_EQ(active(), heir);
    EXPECT_THAT(logged(heir).substr(before), Not(HasSubstr("deactivating")));
}

TEST_F(FailoverTest, ALostPublicLinkIsToldOverThePrivatePath) {
    const auto hurt = active();
    const auto heir = Cluster::other(hurt);
    const auto device = cluster.service().address->base_device();
    const auto link = run("ip -n " + hurt + " -o link show dev " + device).text;
    outage_while([&] { (void)run("ip -n " + hurt + " link set dev " + device + " down"); });
    EXPECT_TRUE(
        within(forever, [&] { return cluster.holds_address(heir, cluster.service().address->address); }));
    EXPECT_THAT(logged(hurt), HasSubstr("local link failure: deactivating LVS"));
    EXPECT_THAT(logged(heir), HasSubstr("inactive: activating lvs"));
    EXPECT_THAT(logged(heir), Not(HasSubstr("partner dead")));
    ASSERT_EQ(run("ip -n " + hurt + " link set dev " + device + " up").status, 0);
    EXPECT_TRUE(within(forever,
                       [&] { return logged(hurt).find("Local NIC link(s) restored") != std::string::npos; }));
}

TEST_F(FailoverTest, APathThatFailsIsAnAlarmAndNoTakeover) {
    const auto router = active();
    const auto device = cluster.config().nat_router->base_device();
    // Heartbeats of the private path get lost, with nobody losing a link.
    ASSERT_EQ(run("ip netns exec backup tc qdisc add dev " + device + " root netem loss 100%").status, 0);
    EXPECT_TRUE(within(forever, [&] {
        return logged("primary").find("no heartbeats over the private path any more") != std::string::npos;
    }));
    EXPECT_EQ(active(), router);
    EXPECT_THAT(Cluster::pulsectl("primary", "status").text, HasSubstr("SILENT"));
    ASSERT_EQ(run("ip netns exec backup tc qdisc del dev " + device + " root").status, 0);
    EXPECT_TRUE(within(forever, [&] {
        return logged("primary").find("heartbeats arrive over the private path again") != std::string::npos;
    }));
}

TEST_F(FailoverTest, RoutersWithDifferentKeysDoNotHearEachOther) {
    const auto router = active();
    const auto standby = Cluster::other(router);
    // Only the standby reads the new key.
    ASSERT_EQ(
        run(std::string("cp ") + key_file + " /tmp/old.key && rm " + key_file + " && pulsectl genkey").status,
        0);
    ASSERT_EQ(Cluster::pulsectl(standby, "reload").status, 0);
    EXPECT_TRUE(within(
        forever, [&] { return logged(standby).find("partner dead: activating lvs") != std::string::npos; }));
    EXPECT_GT(status(router)["heartbeat"]["paths"][0]["refused"]["wrong signature"], 0);
    ASSERT_EQ(run(std::string("cp -p /tmp/old.key ") + key_file).status, 0);
    ASSERT_EQ(Cluster::pulsectl(standby, "reload").status, 0);
    EXPECT_TRUE(has_role(router)) << "the router that has been active longer keeps the role";
}

TEST_F(FailoverTest, AKeyIsChangedWithoutAGap) {
    const auto router = active();
    for (int step = 0; step < 3; ++step) {
        const auto rotated = run("pulsectl genkey --rotate");
        ASSERT_EQ(rotated.status, 0) << rotated.text;
        for (const std::string name : {"primary", "backup"}) {
            ASSERT_EQ(Cluster::pulsectl(name, "reload").status, 0);
            std::this_thread::sleep_for(1500ms);
        }
    }
    EXPECT_EQ(active(), router);
    EXPECT_THAT(logged(Cluster::other(router)), Not(HasSubstr("activating lvs")));
    for (const std::string name : {"primary", "backup"}) EXPECT_EQ(status(name)["partner"]["alive"], true);
}

TEST_F(FailoverTest, AKeyFileThatOthersMayReadIsRefused) {
    ASSERT_EQ(run(std::string("chmod 640 ") + key_file).status, 0);
    const auto answer = Cluster::pulsectl("primary", "reload");
    EXPECT_NE(answer.status, 0);
    EXPECT_THAT(answer.text, HasSubstr("chmod 600"));
    ASSERT_EQ(run(std::string("chmod 600 ") + key_file).status, 0);
}

TEST_F(FailoverTest, DifferentFilesAreSeenOnBothAndThePrimaryTakesTheRoleBackWhenItIsToldTo) {
    const std::string file = "/etc/sysconfig/ha/lvs.cf";
    if (active() == "backup") {
        ASSERT_EQ(Cluster::pulsectl("backup", "failover").status, 0);
    }
    ASSERT_TRUE(within(forever, [&] { return Cluster::pulsectl("primary", "failover").status == 0; }));
    ASSERT_TRUE(has_role("backup"));
    ASSERT_EQ(run("cp " + file + " /tmp/lvs.cf.before").status, 0);
    ASSERT_EQ(run("pulsectl set auto_failback=1 failback_delay=1 serial_no=7").status, 0);
    ASSERT_EQ(Cluster::pulsectl("backup", "reload").status, 0);
    for (const std::string router : {"primary", "backup"})
        EXPECT_TRUE(within(forever, [&] {
            return logged(router).find("lvs.cf differs between the routers") != std::string::npos;
        })) << router;
    EXPECT_THAT(Cluster::pulsectl("primary", "status").text,
                HasSubstr("LVS.CF DIFFERS: serial_no 0 here, 7 there"));
    EXPECT_EQ(active(), "backup");
    // The operator moved the role: that holds until the primary starts anew.
    ASSERT_EQ(Cluster::pulsectl("primary", "reload").status, 0);
    std::this_thread::sleep_for(3s);
    EXPECT_EQ(active(), "backup");
    ::kill(cluster.pids("primary", "pulse").front(), SIGTERM);
    ASSERT_TRUE(within(forever, [&] { return cluster.pids("primary", "pulse").empty(); }));
    outage_while([&] { cluster.start("primary"); });
    EXPECT_TRUE(has_role("primary"));
    EXPECT_THAT(logged("primary"), HasSubstr("failback: this router is well again"));
    EXPECT_THAT(logged("backup"), HasSubstr("the partner wants the role and is ready: deactivating LVS"));
    ASSERT_EQ(run("cp /tmp/lvs.cf.before " + file).status, 0);
    for (const std::string router : {"primary", "backup"})
        ASSERT_EQ(Cluster::pulsectl(router, "reload").status, 0);
}

}  // namespace
}  // namespace pulse::lab
