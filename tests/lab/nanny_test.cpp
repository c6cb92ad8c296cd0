// nanny as a process: what it may do, what it takes, many checks in one, and what lvsd makes of its reports.
// Run by tools/lab up with lone-nat.cf.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/base/text.h"

#include "cluster.h"
#include "responder.h"
#include "shell.h"

namespace pulse::lab {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr auto router = "primary";
constexpr auto patience = seconds(30);

/// The words after `name` in a file of /proc.
std::string after(const std::string& path, const std::string& name) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name)) return std::string(trim(std::string_view(line).substr(name.size())));
    return {};
}

long number(const std::string& path, const std::string& name) {
    return std::atol(after(path, name).c_str());  // NOLINT(cert-err34-c): 0 for none is what is wanted
}

class NannyTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { ASSERT_EQ(run("cp $LAB_FILE /run/original.cf").status, 0); }

    void SetUp() override {
        for (const int pid : cluster.pids(router, "pulse")) ::kill(pid, SIGKILL);
        ASSERT_TRUE(within(patience, [this] { return cluster.pids(router, "lvsd").empty(); }));
        ASSERT_EQ(run("ip netns exec primary ipvsadm -C; rm -f $LAB_RESULTS/primary.log").status, 0);
        ASSERT_TRUE(cluster.become_healthy());
        ASSERT_TRUE(within(patience, [this] { return weight("10.0.1.13:80") == "2"; }));
    }

    void TearDown() override {
        if (HasFailure()) std::fputs((Cluster::log(router) + cluster.table(router)).c_str(), stdout);
        (void)run("lab-web start alpha bravo charlie");  // those that run already say so
        EXPECT_EQ(run("cp /run/original.cf $LAB_FILE").status, 0);
    }

    /// The weight of a server in the table, as text; empty if it is not there.
    [[nodiscard]] std::string weight(const std::string& endpoint) const {
        const auto table = cluster.table(router);
        const auto at = table.find("-> " + endpoint);
        if (at == std::string::npos) return {};
        std::string forwarding;
        std::string weight;
        std::istringstream(table.substr(at + 3 + endpoint.size())) >> forwarding >> weight;
        return weight;
    }

    [[nodiscard]] bool logged(const std::string& text) const {
        return Cluster::log(router).find(text) != std::string::npos;
    }

    /// Edits the file and has it reread.
    static void reload_with(const std::string& sed) {
        ASSERT_EQ(run("sed -i '" + sed + "' $LAB_FILE").status, 0);
        const auto reloaded = Cluster::pulsectl(router, "reload");
        ASSERT_EQ(reloaded.status, 0) << reloaded.text;
    }

    [[nodiscard]] std::vector<int> nannies() const { return cluster.pids(router, "nanny"); }

    Cluster cluster;
};

TEST_F(NannyTest, HasNoRightAndTakesLittle) {
    ASSERT_EQ(nannies().size(), 3U);
    for (const int pid : nannies()) {
        const auto process = "/proc/" + std::to_string(pid);
        const auto status = process + "/status";
        for (const auto* set : {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"})
            EXPECT_EQ(after(status, set), "0000000000000000") << set;
        EXPECT_NE(number(status, "Uid:"), 0);
        EXPECT_NE(number(status, "Gid:"), 0);
        EXPECT_EQ(after(status, "Groups:"), "");
        EXPECT_EQ(after(status, "NoNewPrivs:"), "1");
        EXPECT_EQ(after(status, "Seccomp:"), "2");
        // One that is there alone shares its code with nobody: clean pages are files'.
        EXPECT_LE(number(process + "/smaps_rollup", "Private_Dirty:"), 128);
    }
}

TEST_F(NannyTest, DiesWithItsParentHoweverThatDies) {
    const auto before = nannies();
    for (const int pid : cluster.pids(router, "pulse")) ::kill(pid, SIGKILL);
    for (const int pid : cluster.pids(router, "lvsd")) ::kill(pid, SIGKILL);
    EXPECT_TRUE(within(seconds(5), [&] { return nannies().empty(); }));
    EXPECT_EQ(weight("10.0.1.13:80"), "2");  // and the table serves on
}

TEST_F(NannyTest, OneProcessCarriesAllChecks) {
    reload_with("1i checks_per_nanny = 10");
    ASSERT_TRUE(within(patience, [&] { return nannies().size() == 1; }));
    EXPECT_TRUE(within(patience, [&] { return logged("and 2 more running as pid"); }));
    EXPECT_EQ(weight("10.0.1.13:80"), "2");
    ASSERT_EQ(run("lab-web kill alpha").status, 0);
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.11:80").empty(); }));
    EXPECT_EQ(weight("10.0.1.12:80"), "1");
    ASSERT_EQ(run("lab-web start alpha").status, 0);
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.11:80") == "1"; }));

    // A check more and a check less are messages, not processes.
    const auto process = nannies();
    reload_with("/address = 10.0.1.12/,/}/s/active = 1/active = 0/");
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.12:80").empty(); }));
    reload_with("/address = 10.0.1.12/,/}/s/active = 0/active = 1/");
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.12:80") == "1"; }));
    EXPECT_EQ(nannies(), process);

    for (const int pid : nannies()) ::kill(pid, SIGKILL);
    EXPECT_TRUE(within(patience, [&] { return nannies().size() == 1 && nannies() != process; }));
    ASSERT_EQ(run("lab-web kill bravo").status, 0);
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.12:80").empty(); }));
    EXPECT_EQ(weight("10.0.1.11:80"), "1");

    reload_with("/checks_per_nanny/d");
    EXPECT_TRUE(within(patience, [&] { return nannies().size() == 3; }));
}

TEST_F(NannyTest, TheLoadOfAServerChangesItsWeightInTheTable) {
    ASSERT_EQ(
        run("printf '#!/bin/sh\\ncat /run/load.$1\\n' > /run/load && chmod 755 /run/load && "
            "echo 'load average: 0.10, 0.10, 0.10' > /run/load.10.0.1.13; chmod 644 /run/load.10.0.1.13")
            .status,
        0);
    reload_with("/virtual other/a load_monitor = /run/load\\nload_interval = 1");
    reload_with("s/weight = 2/weight = 100/");
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.13:80") == "100"; }));
    ASSERT_EQ(run("echo 'load average: 4.00, 0.10, 0.10' > /run/load.10.0.1.13").status, 0);
    EXPECT_TRUE(within(patience, [&] {
        return weight("10.0.1.13:80") <= "29" && weight("10.0.1.13:80") >= "25";
    })) << weight("10.0.1.13:80");
    EXPECT_TRUE(logged("(load 4.00)"));
    ASSERT_EQ(run("echo 'load average: 0.00, 0.10, 0.10' > /run/load.10.0.1.13").status, 0);
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.13:80") == "100"; }));
}

TEST_F(NannyTest, WhenAllFailAtOnceTheLastGoodSetStays) {
    reload_with("/virtual web/a panic_threshold = 60");
    ASSERT_EQ(run("lab-web kill alpha bravo").status, 0);
    EXPECT_TRUE(within(patience, [&] { return logged("2 of 2 real servers failed at once"); }));
    EXPECT_EQ(weight("10.0.1.11:80"), "1");
    EXPECT_EQ(weight("10.0.1.12:80"), "1");
    ASSERT_EQ(run("lab-web start alpha").status, 0);
    EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.12:80").empty(); }));
    EXPECT_EQ(weight("10.0.1.11:80"), "1");
}

TEST_F(NannyTest, AFailureMustBeConfirmedAndARepeatedOneIsPaidFor) {
    reload_with("/virtual other/a fall = 3\\nretry_interval = 200ms\\nrise = 1\\nhold_down = 3");
    ASSERT_TRUE(within(patience, [&] { return nannies().size() == 3 && weight("10.0.1.13:80") == "2"; }));
    const auto die_and_return = [&] {
        ASSERT_EQ(run("lab-web kill charlie").status, 0);
        ASSERT_TRUE(within(patience, [&] { return weight("10.0.1.13:80").empty(); }));
        ASSERT_EQ(run("lab-web start charlie").status, 0);
        ASSERT_TRUE(within(patience, [&] { return weight("10.0.1.13:80") == "2"; }));
    };
    die_and_return();
    EXPECT_TRUE(logged("up -> down"));
    EXPECT_FALSE(logged("it keeps failing"));
    die_and_return();
    EXPECT_TRUE(logged("stays out for 3 s at least: it keeps failing"));
}

TEST_F(NannyTest, AServerThatFlapsIsSeenToBeHeldAndAnOperatorEndsThat) {
    const auto status = [] { return Cluster::pulsectl(router, "status").text; };
    const auto says = [&](const std::string& pattern) {
        return within(patience, [&] { return std::regex_search(status(), std::regex(pattern)); });
    };
    for (const std::string nannies_line : {"checks_per_nanny = 10", "checks_per_nanny = 1"}) {
        SCOPED_TRACE(nannies_line);
        ASSERT_EQ(run("cp /run/original.cf $LAB_FILE").status, 0);
        reload_with("1i " + nannies_line);
        reload_with("/virtual other/a fall = 1\\nrise = 1\\nhold_down = 10000");
        EXPECT_TRUE(says("real servers: 3 of 3 up\n")) << status();
        EXPECT_TRUE(says("  other/charlie  10.0.1.13:80  up, check took [0-9.]+ ms\n")) << status();
        for (int i = 0; i < 2; ++i) {
            ASSERT_EQ(run("lab-web kill charlie").status, 0);
            ASSERT_TRUE(within(patience, [&] { return weight("10.0.1.13:80").empty(); }));
            EXPECT_TRUE(says("charlie .*DOWN: connect refused")) << status();
            ASSERT_EQ(run("lab-web start charlie").status, 0);
            if (i > 0) break;  // now it is held
            ASSERT_TRUE(within(patience, [&] { return weight("10.0.1.13:80") == "2"; }));
        }
        EXPECT_TRUE(
            says("charlie .*held down for 9[0-9]{3} more seconds, failed 1 time soon after its return"))
            << status();
        const auto json = Cluster::pulsectl(router, "status --json").text;
        EXPECT_THAT(json, testing::ContainsRegex("\"flaps\":1,\"held_ms\":99[0-9]{5},\"kept_in\":false"));
        EXPECT_EQ(weight("10.0.1.13:80"), "");

        const auto cleared = Cluster::pulsectl(router, "clear-hold '*/charlie'");
        EXPECT_EQ(cleared.text, "cleared: other/charlie\n");
        EXPECT_TRUE(within(patience, [&] { return weight("10.0.1.13:80") == "2"; })) << status();
        EXPECT_TRUE(says("charlie .*up, check took")) << status();
        EXPECT_THAT(status(), testing::Not(HasSubstr("soon after its return")));
        EXPECT_EQ(Cluster::pulsectl(router, "clear-hold web/alpha").text, "nothing was held against it\n");
        EXPECT_EQ(Cluster::pulsectl(router, "clear-hold web/nobody").status, 2);
    }
}

TEST_F(NannyTest, AStatusDoesNotWaitForANannyThatHangs) {
    const auto pids = nannies();
    ASSERT_EQ(pids.size(), 3U);
    ::kill(pids.front(), SIGSTOP);
    const auto begun = std::chrono::steady_clock::now();
    const auto status = Cluster::pulsectl(router, "status").text;
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(3));
    ::kill(pids.front(), SIGCONT);
    EXPECT_THAT(status, HasSubstr("real servers: 3 of 3 up\n"));
}

TEST_F(NannyTest, OneThatHangsIsReplaced) {
    const auto end_all = [&](const char* program) {
        for (const int pid : cluster.pids(router, program)) ::kill(pid, SIGKILL);
        return within(patience, [&] { return cluster.pids(router, program).empty(); });
    };
    ASSERT_TRUE(end_all("pulse") && end_all("lvsd"));
    ASSERT_TRUE(within(patience, [&] { return nannies().empty(); }));
    ASSERT_EQ(run("ip netns exec primary lvsd -n -c $LAB_FILE --nanny-patience 4 > /run/lvsd.log 2>&1 "
                  "< /dev/null & true")
                  .status,
              0);
    EXPECT_TRUE(within(patience, [&] { return nannies().size() == 3; }));
    const auto before = nannies();
    ::kill(before.front(), SIGSTOP);
    EXPECT_TRUE(within(patience, [&] {
        const auto now = nannies();
        return now.size() == 3 && std::ranges::count(now, before.front()) == 0;
    }));
    const auto now = nannies();
    for (const int well : {before[1], before[2]}) EXPECT_EQ(std::ranges::count(now, well), 1);
    EXPECT_THAT(run("cat /run/lvsd.log").text, HasSubstr("hangs; killing it"));
    EXPECT_TRUE(end_all("lvsd"));
}

/// A nanny by hand, beside the cluster: its output so far.
class ByHand {
  public:
    explicit ByHand(const std::string& options) {
        (void)run("rm -f /run/by-hand; nanny -n --lvs -h 127.0.0.1 -t 1 " + options +
                  " > /run/by-hand 2>&1 < /dev/null & echo $! > /run/by-hand.pid");
    }
    ~ByHand() { (void)run("kill $(cat /run/by-hand.pid)"); }
    ByHand(const ByHand&) = delete;
    ByHand& operator=(const ByHand&) = delete;
    ByHand(ByHand&&) = delete;
    ByHand& operator=(ByHand&&) = delete;

    [[nodiscard]] bool says(const std::string& text) const {
        return within(seconds(15),
                      [&] { return run("cat /run/by-hand").text.find(text) != std::string::npos; });
    }
    [[nodiscard]] static std::string output() { return run("cat /run/by-hand").text; }
    [[nodiscard]] static long switches() {
        return number("/proc/" + std::string(trim(run("cat /run/by-hand.pid").text)) + "/status",
                      "voluntary_ctxt_switches:");
    }
};

TEST(NannyByHand, TakesWhatAnAgentSays) {
    const Responder server(says("hello"));
    const Responder agent(says("drain # full\n"));
    const ByHand nanny("-p " + std::to_string(server.port()) +
                       " -w 40 -U agent --load-interval 1 --agent-port " + std::to_string(agent.port()));
    EXPECT_TRUE(nanny.says("weight=0\nweight_reason=agent: drain (full)\n")) << ByHand::output();
}

TEST(NannyByHand, HearsRwhod) {
    const Responder server(says("hello"));
    const ByHand nanny("-p " + std::to_string(server.port()) + " -w 40 -U ruptime --load-interval 1");
    ASSERT_TRUE(nanny.says("verdict=up"));
    // Version 1, status; host "h"; loads 4.00, 0, 0.
    const auto* packet =
        R"(bash -c 'printf "\x01\x01\0\0\0\0\0\0\0\0\0\0h\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x90\0\0\0\0\0\0\0\0\0\0\0\0" > /dev/udp/127.0.0.1/513')";
    ASSERT_EQ(run(packet).status, 0);
    EXPECT_TRUE(nanny.says("weight=10\nweight_reason=load 4.00\n")) << ByHand::output();
}

TEST(NannyByHand, AReturningServerGetsItsWeightBackBetweenChecks) {
    // Its next check is minutes away: each step is the ramp's own. SIGHUP makes the checks it needs.
    std::atomic<bool> well = true;
    const Responder server([&](int socket) { (well ? says("hello") : says("oops"))(socket); });
    const ByHand nanny("-p " + std::to_string(server.port()) + " -x hello -t 600 -w 100 --slow-start 2");
    ASSERT_TRUE(nanny.says("verdict=up"));
    const auto check_now = [] { (void)run("kill -HUP $(cat /run/by-hand.pid)"); };
    well = false;
    check_now();
    ASSERT_TRUE(nanny.says("verdict=down"));
    well = true;
    check_now();
    EXPECT_TRUE(nanny.says("weight=1\nweight_reason=slow start")) << ByHand::output();
    const std::regex ramp(
        "weight=1\nweight_reason=slow start\n[^]*weight=[0-9]{2}\nweight_reason=slow "
        "start\n[^]*weight=100\n");
    EXPECT_TRUE(within(seconds(15), [&] { return std::regex_search(ByHand::output(), ramp); }))
        << ByHand::output();
    const auto before = ByHand::switches();
    std::this_thread::sleep_for(seconds(3));
    EXPECT_LE(ByHand::switches() - before, 0);
}

TEST(NannyByHand, WakesForNothingBetweenChecks) {
    const Responder server(says("hello"));
    const ByHand nanny("-p " + std::to_string(server.port()) + " -t 600");
    ASSERT_TRUE(nanny.says("verdict=up"));
    const auto before = ByHand::switches();
    std::this_thread::sleep_for(seconds(3));
    EXPECT_LE(ByHand::switches() - before, 0);
    EXPECT_GT(before, 0);
}

}  // namespace
}  // namespace pulse::lab
