// lvsd and the operator: reload, crash, stop and start, drain, a stranger in the table. Run by tools/lab up
// with lone-nat.cf.
#include <csignal>
#include <future>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/runtime/file.h"

#include "cluster.h"
#include "shell.h"

namespace pulse::lab {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto router = "primary";
constexpr auto patience = seconds(20);

class DirectorTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { ASSERT_EQ(run("cp $LAB_FILE /run/original.cf").status, 0); }

    void SetUp() override {
        ASSERT_EQ(run("rm -f /run/primary/drained").status, 0);
        for (const int pid : cluster.pids(router, "pulse")) ::kill(pid, SIGKILL);
        ASSERT_TRUE(within(patience, [this] {
            return cluster.pids(router, "pulse").empty() && cluster.pids(router, "lvsd").empty();
        }));
        ASSERT_EQ(run("ip netns exec primary ipvsadm -C; rm -f $LAB_RESULTS/primary.log").status, 0);
        ASSERT_TRUE(cluster.become_healthy());
        ASSERT_TRUE(within(patience, [this] { return table_has("10.0.1.13:80"); }));
    }

    void TearDown() override {
        if (HasFailure()) std::fputs((Cluster::log(router) + cluster.table(router)).c_str(), stdout);
        EXPECT_EQ(run("cp /run/original.cf $LAB_FILE").status, 0);  // read by the next test's Cluster
    }

    [[nodiscard]] bool table_has(const std::string& text) const {
        return cluster.table(router).find(text) != std::string::npos;
    }

    /// The weight of a server in the table, as text; empty if it is not there.
    [[nodiscard]] std::string weight(const std::string& endpoint) const {
        const auto table = cluster.table(router);
        const auto at = table.find("-> " + endpoint);
        if (at == std::string::npos) return {};
        std::string forwarding;
        std::string number;
        std::istringstream words(table.substr(at + 3 + endpoint.size()));
        words >> forwarding >> number;
        return number;
    }

    [[nodiscard]] bool logged(const std::string& text) const {
        return Cluster::log(router).find(text) != std::string::npos;
    }

    static void edit(const std::string& sed) { ASSERT_EQ(run("sed -i '" + sed + "' $LAB_FILE").status, 0); }

    static Output pulsectl(const std::string& words) { return Cluster::pulsectl(router, words); }

    /// What became of 200 connections through the web service while that happened.
    template <class Happening>
    static std::string broken_meanwhile(Happening happening) {
        const auto held = "ip netns exec client lab-hold 200 25 10.0.0.10 80 > /run/held 2>&1";
        EXPECT_EQ(run("rm -f /run/held").status, 0);
        auto client = std::async(std::launch::async, [&] { return run(held).status; });
        EXPECT_TRUE(within(patience, [] { return run("cat /run/held").text.find("open 200") == 0; }));
        happening();
        client.wait();
        return run("cat /run/held").text;
    }

    /// What anybody writes into the router's IPVS table while that happens, in order.
    template <class Happening>
    static std::vector<std::string> writes_of(Happening happening) {
        EXPECT_EQ(
            run("ip netns exec primary sh -c 'ip link add tap type nlmon && ip link set tap up'").status, 0);
        (void)run(
            "ip netns exec primary lab-trace tap > /run/writes 2>&1 < /dev/null & echo $! > /run/tracer");
        EXPECT_TRUE(within(patience, [] { return run("cat /run/writes").text == "ready\n"; }));
        happening();
        EXPECT_EQ(run("sleep 1; kill $(cat /run/tracer); ip -n primary link del tap").status, 0);
        std::vector<std::string> writes;
        std::istringstream lines(run("tail -n +2 /run/writes").text);
        for (std::string line; std::getline(lines, line);) writes.push_back(line);
        return writes;
    }

    /// What is written when a reload finds the file edited so.
    static std::vector<std::string> writes_of_edit(const std::string& sed) {
        return writes_of([&] {
            edit(sed);
            EXPECT_EQ(pulsectl("reload").status, 0);
        });
    }

    Cluster cluster;
};

TEST_F(DirectorTest, AReloadWritesWhatItsPlanSaysAndNothingElse) {
    EXPECT_THAT(writes_of_edit("s/weight = 2/weight = 5/"), ElementsAre("SET_DEST"));
    EXPECT_THAT(writes_of_edit("s/scheduler = rr/scheduler = wlc/"), ElementsAre("SET_SERVICE"));
    EXPECT_THAT(writes_of_edit("s/scheduler = wlc/scheduler = rr/; s/weight = 5/weight = 2/"),
                ElementsAre("SET_SERVICE", "SET_DEST"));
    EXPECT_THAT(
        writes_of_edit("s/virtual web/virtual www/; s/server alpha/server one/; s/timeout = 1/timeout = 2/"),
        IsEmpty());
    EXPECT_THAT(writes_of_edit("/address = 10.0.1.12/,/}/s/active = 1/active = 0/"), ElementsAre("DEL_DEST"));
    EXPECT_THAT(writes_of_edit("s/port = 8080/port = 8081/"),
                ElementsAre("NEW_SERVICE", "DEL_SERVICE", "NEW_DEST"));
    EXPECT_THAT(writes_of([] {}), IsEmpty());
}

TEST_F(DirectorTest, ConnectionsSurviveAReloadWithEditsElsewhere) {
    const auto held = broken_meanwhile([&] {
        edit("s/scheduler = rr/scheduler = wlc/; s/weight = 2/weight = 5/");
        const auto reloaded = pulsectl("reload");
        EXPECT_EQ(reloaded.status, 0);
        EXPECT_THAT(reloaded.text, HasSubstr("2 edits, 0 added, 0 removed"));
        EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.13:80") == "5"; }));
        EXPECT_TRUE(table_has("10.0.0.10:8080 wlc"));
    });
    EXPECT_THAT(held, HasSubstr("broken 0\n"));
}

TEST_F(DirectorTest, ConnectionsSurviveTheDeathOfLvsdAndEveryNanny) {
    const auto before = cluster.pids(router, "lvsd");
    ASSERT_EQ(before.size(), 1U);
    const auto held = broken_meanwhile([&] {
        ::kill(before.front(), SIGKILL);
        for (const int pid : cluster.pids(router, "nanny")) ::kill(pid, SIGKILL);
        EXPECT_TRUE(within(patience, [&] {
            const auto now = cluster.pids(router, "lvsd");
            return now.size() == 1 && now != before && cluster.pids(router, "nanny").size() == 3;
        }));
    });
    EXPECT_THAT(held, HasSubstr("broken 0\n"));
    EXPECT_FALSE(logged("remove server 10.0.1."));
}

TEST_F(DirectorTest, ConnectionsSurviveAStopAndStartWithoutHardShutdown) {
    const auto held = broken_meanwhile([&] {
        for (const int pid : cluster.pids(router, "pulse")) ::kill(pid, SIGTERM);
        EXPECT_TRUE(within(patience, [&] {
            return cluster.pids(router, "pulse").empty() && cluster.pids(router, "lvsd").empty();
        }));
        EXPECT_TRUE(table_has("10.0.1.11:80"));
        EXPECT_EQ(cluster.active(), router);
        cluster.start(router);
        EXPECT_TRUE(within(patience, [&] { return cluster.pids(router, "nanny").size() == 3; }));
    });
    EXPECT_THAT(held, HasSubstr("broken 0\n"));
}

TEST_F(DirectorTest, AServiceThatAStrangerDeletesIsBackAndItIsLogged) {
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_EQ(run("ip netns exec primary ipvsadm -D -t 10.0.0.10:8080").status, 0);
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.13:80") == "2"; }));
    const auto took = std::chrono::steady_clock::now() - begun;
    RecordProperty("back_after_ms",
                   static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
    EXPECT_TRUE(within(patience, [&] {
        return logged("somebody else changed the IPVS table; put back: add service TCP 10.0.0.10:8080");
    }));
}

TEST_F(DirectorTest, AForeignServiceIsLeftAlone) {
    ASSERT_EQ(run("ip netns exec primary ipvsadm -A -t 10.0.0.10:9999 -s rr").status, 0);
    edit("s/weight = 2/weight = 3/");
    ASSERT_EQ(pulsectl("reload").status, 0);
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.13:80") == "3"; }));
    EXPECT_TRUE(table_has("10.0.0.10:9999"));
}

TEST_F(DirectorTest, ABadFileChangesNothingAndSaysWhy) {
    const auto before = cluster.table(router);
    edit("s/scheduler = wrr/schedular = wrr/");
    const auto refused = pulsectl("reload");
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.text, HasSubstr("error: unknown command: \"schedular\""));
    EXPECT_THAT(refused.text, HasSubstr("did you mean \"scheduler\"?"));
    EXPECT_THAT(refused.text, HasSubstr("the configuration stays as it was"));
    EXPECT_EQ(cluster.table(router), before);
}

TEST_F(DirectorTest, AnLvsdThatDiesOverABrokenFileComesBackWithTheConfigurationInForce) {
    edit("s/scheduler = wrr/schedular = wrr/; s/weight = 2/weight = 9/");
    const auto before = cluster.pids(router, "lvsd");
    for (const int pid : before) ::kill(pid, SIGKILL);
    EXPECT_TRUE(within(patience, [&] {
        const auto now = cluster.pids(router, "lvsd");
        return now.size() == 1 && now != before && cluster.pids(router, "nanny").size() == 3;
    }));
    EXPECT_EQ(weight("10.0.1.13:80"), "2");
    EXPECT_TRUE(cluster.holds_address(router, *net::IpAddress::parse("10.0.0.10")));
}

TEST_F(DirectorTest, AReloadThatWouldMakeItAnotherRouterIsRefused) {
    edit("s/^primary = .*/primary = 10.0.0.77/");
    const auto refused = pulsectl("reload");
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.text, HasSubstr("restart pulse"));
}

TEST_F(DirectorTest, AddressesComeAndGoWithAReload) {
    edit("s/address = 10.0.0.10 eth0:1/address = 10.0.0.20 eth0:2/");
    const auto reloaded = pulsectl("reload");
    EXPECT_THAT(reloaded.text, HasSubstr("5 added, 5 removed"));
    EXPECT_TRUE(cluster.holds_address(router, *net::IpAddress::parse("10.0.0.20")));
    EXPECT_FALSE(cluster.holds_address(router, *net::IpAddress::parse("10.0.0.10")));
    EXPECT_TRUE(within(patience, [&] { return table_has("10.0.0.20:80 wrr"); }));
    EXPECT_FALSE(table_has("10.0.0.10:80"));
}

TEST_F(DirectorTest, BlocksThatMoveAndAreRenamedCostNothing) {
    const auto nannies = cluster.pids(router, "nanny");
    edit("s/virtual web/virtual www/; s/server alpha/server one/");
    EXPECT_THAT(pulsectl("reload").text, HasSubstr("0 edits, 0 added, 0 removed\n"));
    EXPECT_EQ(cluster.pids(router, "nanny"), nannies);
}

TEST_F(DirectorTest, AChangedCheckIsTakenAndTheServerStays) {
    const auto nannies = cluster.pids(router, "nanny");
    edit("s/timeout = 1$/timeout = 2/");
    EXPECT_THAT(pulsectl("reload").text, HasSubstr("0 edits, 0 added, 0 removed, 3 checks changed"));
    EXPECT_TRUE(table_has("10.0.1.11:80"));
    EXPECT_TRUE(within(patience, [&] {
        const auto now = cluster.pids(router, "nanny");
        return now.size() == 3 && now != nannies;
    }));
    EXPECT_FALSE(logged("remove server 10.0.1.11:80"));
}

TEST_F(DirectorTest, ADrainedServerStaysDrainedUntilThatIsUndone) {
    const auto drained = pulsectl("drain web/alpha");
    EXPECT_EQ(drained.status, 0);
    EXPECT_EQ(drained.text, "drained: web/alpha\n");
    EXPECT_EQ(weight("10.0.1.11:80"), "0");
    EXPECT_EQ(pulsectl("drain").text, "web/alpha\n");

    edit("s/virtual web/virtual www/; s/weight = 1/weight = 4/");
    EXPECT_EQ(pulsectl("reload").status, 0);
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.12:80") == "4"; }));
    EXPECT_EQ(weight("10.0.1.11:80"), "0");
    EXPECT_EQ(pulsectl("drain").text, "www/alpha\n");

    const auto lvsd = cluster.pids(router, "lvsd");
    for (const int pid : lvsd) ::kill(pid, SIGKILL);
    EXPECT_TRUE(within(patience, [&] {
        const auto now = cluster.pids(router, "lvsd");
        return now.size() == 1 && now != lvsd && cluster.pids(router, "nanny").size() == 3;
    }));
    EXPECT_EQ(weight("10.0.1.11:80"), "0");

    EXPECT_EQ(pulsectl("undrain www/alpha").status, 0);
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.11:80") == "4"; }));
    const auto unknown = pulsectl("drain web/nobody");
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.text, HasSubstr("www/alpha, www/bravo, other/charlie"));
}

TEST_F(DirectorTest, TheRouterItselfIsSorryWhileNobodyElseServes) {
    ASSERT_EQ(run("printf 'pid /run/sorry.pid; error_log /run/sorry.log; events {}\\nhttp { access_log off; "
                  "server { "
                  "listen 80; return 200 sorry; } }\\n' > /run/sorry.conf && ip netns exec primary nginx -c "
                  "/run/sorry.conf")
                  .status,
              0);
    EXPECT_EQ(run("lab-web kill alpha bravo").status, 0);
    EXPECT_TRUE(within(patience, [&] { return weight("127.0.0.1:80") == "1"; }));
    EXPECT_THAT(Cluster::ask("--count 3", cluster.service()), HasSubstr("sorry 3"));
    EXPECT_TRUE(logged("too few real servers are up: the sorry server gets the clients"));
    EXPECT_EQ(run("lab-web start alpha bravo").status, 0);
    EXPECT_TRUE(within(patience, [&] { return weight("127.0.0.1:80").empty(); }));
    EXPECT_EQ(run("kill $(cat /run/sorry.pid)").status, 0);
}

TEST_F(DirectorTest, PlanSaysWhatWouldBeDoneAndDoesNothing) {
    const auto before = cluster.table(router);
    const auto plan = [] { return run("ip netns exec primary lvsd --plan -c $LAB_FILE").text; };
    EXPECT_EQ(plan(), "# nothing to do: the table is what the file says\n");
    edit("s/scheduler = rr/scheduler = wlc/; s/address = 10.0.1.12/address = 10.0.1.99/");
    EXPECT_EQ(plan(),
              "ipvsadm -d -t 10.0.0.10:80 -r 10.0.1.12:80\n"
              "ipvsadm -E -t 10.0.0.10:8080 -s wlc\n"
              "ipvsadm -a -t 10.0.0.10:80 -r 10.0.1.99:80 -m -w 1  # when the real servers have passed their "
              "checks\n");
    EXPECT_EQ(cluster.table(router), before);
}

}  // namespace
}  // namespace pulse::lab
