// Two routers with signed heartbeats and a warm standby lose and move the role in every way. Run by
// tools/lab up pair-signed.cf.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pulse/runtime/file.h"

#include "cluster.h"
#include "namespace.h"
#include "shell.h"

namespace pulse::lab {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* key_file = "/etc/sysconfig/ha/heartbeat.key";
constexpr auto forever = 30s;

class FailoverTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!std::ifstream(key_file)) {
            ASSERT_EQ(run("pulsectl genkey").status, 0);
        }
        ASSERT_TRUE(cluster.become_healthy()) << everything();
        // Each knows of the other, and the standby could take over at once.
        ASSERT_TRUE(within(forever, [&] {
            const auto seen = status(active());
            return seen["partner"].value("ready", false) && seen["partner"].value("hears", false);
        })) << everything();
        for (const std::string router : {"primary", "backup"})
            log_start[router] = Cluster::log(router).size();
    }

    void TearDown() override {
        if (HasFailure()) std::fputs(everything().c_str(), stdout);
    }

    std::string everything() const { return Cluster::log("primary") + Cluster::log("backup"); }

    std::string active() const { return cluster.active(); }

    static json status(const std::string& router) {
        const auto answer = Cluster::pulsectl(router, "status --json");
        const auto parsed = json::parse(answer.text, nullptr, false);
        return parsed.is_object() ? parsed : json::object();
    }

    /// What a router has logged in this test.
    std::string logged(const std::string& router) { return Cluster::log(router).substr(log_start[router]); }

    bool has_role(const std::string& router) const {
        return within(forever, [&] { return active() == router; });
    }

    /// A client asks every 10 ms while something happens; its longest outage goes into the test's record.
    template <class Happening>
    std::string outage_while(Happening happening) {
        std::string summary;
        std::thread client(
            [&] { summary = Cluster::ask("--interval 10 --timeout 1000 --for 6", cluster.service()); });
        std::this_thread::sleep_for(1s);
        happening();
        client.join();
        const auto last = summary.substr(summary.rfind("requests "));
        std::printf("%s: %s", testing::UnitTest::GetInstance()->current_test_info()->name(), last.c_str());
        return last;
    }

    Cluster cluster;
    std::map<std::string, std::size_t> log_start;
};

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

TEST_F(FailoverTest, AKilledRouterIsReplacedWithinDeadtime) {
    const auto dead = active();
    const auto heir = Cluster::other(dead);
    outage_while([&] {
        for (const auto* program : {"pulse", "lvsd"})
            for (const int pid : cluster.pids(dead, program)) ::kill(pid, SIGKILL);
    });
    EXPECT_TRUE(
        within(forever, [&] { return cluster.holds_address(heir, cluster.service().address->address); }));
    EXPECT_THAT(logged(heir), HasSubstr("partner dead: activating lvs"));
    cluster.start(dead);
    EXPECT_TRUE(has_role(heir));
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

TEST_F(FailoverTest, RecordedAndForgedHeartbeatsChangeNothing) {
    const auto router = active();
    const auto standby = Cluster::other(router);
    const auto& config = cluster.config();
    const auto from = (router == "primary" ? config.primary : config.backup)->to_string();
    const auto to = (router == "primary" ? config.backup : config.primary)->to_string();
    const Wiretap tap(standby);
    std::vector<std::vector<std::uint8_t>> recorded;
    while (recorded.size() < 10) {
        const auto packet = tap.next(539, 5000);
        ASSERT_TRUE(packet);
        if (packet->from == from && packet->to == to) recorded.push_back(packet->payload);
    }
    EXPECT_EQ(recorded.front().size(), 120U);
    auto damaged = recorded.front();
    damaged.at(40) ^= 1U;
    const std::vector<std::vector<std::uint8_t>> forged{
        damaged,
        {},
        {0xda, 0xdb, 0xad, 0xbd},
        {0xbd, 0xda, 0xbd, 0xad},
        std::vector<std::uint8_t>(1400, 0x55),
        {recorded.front().begin(), recorded.front().begin() + 60}};
    const auto role_before = status(standby)["role"];
    const auto takeovers = status(standby)["takeovers"];
    const int pid = cluster.pids(standby, "pulse").front();
    const auto ticks = [&] {
        const auto stat = runtime::read_file("/proc/" + std::to_string(pid) + "/stat");
        std::istringstream words(stat ? stat->substr(stat->rfind(')') + 2) : "");
        std::vector<std::string> fields;
        for (std::string word; words >> word;) fields.push_back(word);
        return std::stol(fields.at(11)) + std::stol(fields.at(12));
    };
    const Forger forger("client");
    const auto ticks_before = ticks();
    const auto began = std::chrono::steady_clock::now();
    long sent = 0;
    for (; std::chrono::steady_clock::now() < began + 4s; ++sent) {
        const auto turn = static_cast<std::size_t>(sent);
        forger.send(
            from, to, 539,
            turn % 3 == 0 ? recorded.at(turn % recorded.size()) : forged.at(turn / 3 % forged.size()));
        // 50,000 a second, if the guest can; in bursts, for its clock is coarse.
        if (const auto due = began + sent * 20us; due > std::chrono::steady_clock::now() + 10ms)
            std::this_thread::sleep_until(due);
    }
    const auto used = ticks() - ticks_before;
    std::printf("%ld datagrams a second; pulse used %.0f %% of a processor\n", sent / 4,
                100.0 * static_cast<double>(used) / static_cast<double>(::sysconf(_SC_CLK_TCK)) / 4);
    const auto after = status(standby);
    EXPECT_EQ(after["role"], role_before);
    EXPECT_EQ(after["takeovers"], takeovers);
    EXPECT_EQ(active(), router);
    const auto& path = after["heartbeat"]["paths"][0];
    EXPECT_GT(path["replayed"], 0);
    EXPECT_GT(path["refused"]["wrong signature"], 0);
    EXPECT_GT(path["refused"]["other format"], 0);
    EXPECT_GT(path["refused"]["wrong length"], 0);
    EXPECT_THAT(logged(standby), HasSubstr("heartbeats refused over the public path"));
}

TEST_F(FailoverTest, ARestartedRouterBelievesNoRecording) {
    const auto router = active();
    const auto standby = Cluster::other(router);
    const auto& config = cluster.config();
    const auto from = (router == "primary" ? config.primary : config.backup)->to_string();
    const auto to = (router == "primary" ? config.backup : config.primary)->to_string();
    const Wiretap tap(standby);
    std::vector<std::vector<std::uint8_t>> recorded;
    while (recorded.size() < 10) {
        const auto packet = tap.next(539, 5000);
        ASSERT_TRUE(packet);
        if (packet->from == from && packet->to == to) recorded.push_back(packet->payload);
    }
    // Both die; the standby comes back alone. "The partner is active" is all it hears, and all of it is old.
    for (const auto& name : {router, standby})
        for (const auto* program : {"pulse", "lvsd"})
            for (const int pid : cluster.pids(name, program)) ::kill(pid, SIGKILL);
    ASSERT_TRUE(within(forever, [&] { return cluster.pids(standby, "pulse").empty(); }));
    cluster.start(standby);
    const Forger forger("client");
    EXPECT_TRUE(within(forever, [&] {
        for (const auto& packet : recorded) forger.send(from, to, 539, packet);
        return logged(standby).find("partner dead: activating lvs") != std::string::npos;
    })) << "recordings keep a dead partner alive";
    EXPECT_GT(status(standby)["heartbeat"]["paths"][0]["unproven"], 0);
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
