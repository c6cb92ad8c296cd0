// Situations of real operators with one router, its addresses and its file. Run by tools/lab up field.cf.
#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/runtime/file.h"

#include "chaos/client.h"
#include "chaos/figures.h"
#include "cluster.h"
#include "shell.h"

namespace pulse::lab {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr auto patience = 60s;
constexpr auto router = "primary";
constexpr auto own = "10.0.0.1/24";

Output ip(const std::string& words) { return run("ip -n primary " + words); }

/// The addresses of the public device, as "10.0.0.1/24 10.0.0.10/24".
std::string addresses() { return ip("-4 -br addr show dev eth0").text; }

class FieldTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { ASSERT_EQ(run("cp $LAB_FILE /run/field.cf").status, 0); }

    void TearDown() override {
        stop();
        EXPECT_EQ(run("cp /run/field.cf $LAB_FILE; rm -rf /run/primary").status, 0);
        (void)ip("addr del 10.0.0.1/32 dev lo");
        (void)ip("addr flush dev eth0");
        (void)ip("addr add " + std::string(own) + " dev eth0");
        (void)run("ip netns exec primary ipvsadm -C");
        if (HasFailure()) std::fputs(Cluster::log(router).c_str(), stdout);
        (void)run("rm -f $LAB_RESULTS/primary.log");
    }

    void start() {
        cluster.start(router);
        ASSERT_TRUE(within(patience, [&] { return all_servers_are_in(); }))
            << Cluster::log(router) << table();
    }
    void stop() { signal(SIGTERM); }
    void crash() { signal(SIGKILL); }

    [[nodiscard]] std::string table() const { return cluster.table(router); }
    [[nodiscard]] bool all_servers_are_in() const {
        for (const auto* server : {"10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.14"})
            if (table().find(std::string("-> ") + server + ":") == std::string::npos) return false;
        return true;
    }

    static std::string file() {
        const auto text = runtime::read_file("/run/field.cf");
        return text ? *text : std::string();
    }
    void write_file(const std::string& text) {
        ASSERT_EQ(run("cp /run/field.cf $LAB_FILE").status, 0);
        std::ofstream(path()) << text;
    }

    /// What new connections saw of the first service while something happened, and for a second after it.
    template <class Happening>
    [[nodiscard]] chaos::Figures cost_of(Happening happening) {
        chaos::Client client("10.0.0.10", 80, {"alpha", "bravo"});
        std::this_thread::sleep_for(1s);
        happening();
        std::this_thread::sleep_for(1s);
        return chaos::by_kind({{.kind = "it", .begin = 0, .end = 1e9}}, client.finish()).at("it");
    }

    Cluster cluster;

  private:
    static std::string path() {
        const auto name = run("printf %s $LAB_FILE");
        return name.text;
    }
    void signal(int number) {
        for (const int pid : cluster.pids(router, "pulse")) ::kill(pid, number);
        EXPECT_TRUE(within(patience, [&] {
            return cluster.pids(router, "pulse").empty() && cluster.pids(router, "lvsd").empty();
        }));
    }
};

TEST_F(FieldTest, AFileThatIsCutOffIsRefusedAtReloadAndChangesNothing) {
    start();
    const auto before = table();
    const auto text = file();
    for (const auto length : {text.find("virtual shop") + 40, text.find("server delta") + 20, text.size() - 3,
                              text.find("server bravo")}) {
        write_file(text.substr(0, length));
        const auto reload = Cluster::pulsectl(router, "reload");
        EXPECT_NE(reload.status, 0) << "cut at " << length << ": " << reload.text;
        EXPECT_THAT(addresses(), HasSubstr("10.0.0.20/24"));
        EXPECT_EQ(table(), before) << "cut at " << length;
    }
}

/// Cut off between two blocks the file is whole, but most of what it said is gone.
TEST_F(FieldTest, AReloadThatTakesMostServersAwayNeedsForce) {
    start();
    const auto text = file();
    auto one_server = text.substr(0, text.find("virtual shop"));
    const auto bravo = one_server.find("    server bravo");
    one_server = one_server.substr(0, bravo) + "}\n";
    write_file(one_server);
    EXPECT_NE(Cluster::pulsectl(router, "reload").status, 0);
    EXPECT_TRUE(all_servers_are_in());
    const auto forced = Cluster::pulsectl(router, "reload --force");
    EXPECT_EQ(forced.status, 0) << forced.text;
    EXPECT_TRUE(within(patience, [&] { return table().find("10.0.0.13:80") == std::string::npos; }));
}

TEST_F(FieldTest, AnAddressThatWasThereBeforePulseIsThereAfterIt) {
    ASSERT_EQ(ip("addr add 10.0.0.10/24 dev eth0").status, 0);
    start();
    EXPECT_THAT(addresses(), HasSubstr("10.0.0.10/24"));
    stop();
    EXPECT_THAT(addresses(), HasSubstr("10.0.0.10/24"));
    EXPECT_THAT(addresses(), Not(HasSubstr("10.0.0.20/24")));
}

/// The floating address is the first of its network then, and the kernel deletes the others with the first.
TEST_F(FieldTest, AnOwnAddressThatComesAfterTheFloatingOnesIsTheSourceOfChecksAndSurvivesTheStop) {
    ASSERT_EQ(ip("addr add 10.0.0.1/32 dev lo").status, 0);
    ASSERT_EQ(ip("addr del " + std::string(own) + " dev eth0").status, 0);
    cluster.start(router);
    ASSERT_TRUE(within(patience, [] { return addresses().find("10.0.0.10/") != std::string::npos; }));
    ASSERT_EQ(ip("addr del 10.0.0.1/32 dev lo && ip -n primary addr add 10.0.0.1/24 dev eth0").status, 0);
    EXPECT_TRUE(within(patience, [&] { return all_servers_are_in(); })) << table();
    stop();
    EXPECT_THAT(addresses(), HasSubstr(own));
    EXPECT_THAT(addresses(), Not(HasSubstr("10.0.0.10/")));
}

TEST_F(FieldTest, WhatWasEditedOutOfTheFileWhilePulseWasDeadIsGoneAtTheNextStart) {
    start();
    crash();
    ASSERT_THAT(addresses(), HasSubstr("10.0.0.20/24"));
    write_file(file().substr(0, file().find("virtual shop")));
    cluster.start(router);
    EXPECT_TRUE(within(patience,
                       [&] {
                           return addresses().find("10.0.0.20/") == std::string::npos &&
                                  table().find("10.0.0.20:80") == std::string::npos &&
                                  table().find("10.0.0.11:80") != std::string::npos;
                       }))
        << addresses() << table();
}

TEST_F(FieldTest, AReloadThatChangesOnlyALabelOrAMaskLosesNoRequest) {
    start();
    auto text = file();
    const auto replace = [&](const std::string& from, const std::string& to) {
        text.replace(text.find(from), from.size(), to);
        write_file(text);
        const auto reload = Cluster::pulsectl(router, "reload");
        EXPECT_EQ(reload.status, 0) << reload.text;
    };
    const auto cost = cost_of([&] {
        replace("eth0:1", "eth0:7");
        std::this_thread::sleep_for(500ms);
        replace("vip_nmask = 255.255.255.0", "vip_nmask = 255.255.255.255");
    });
    EXPECT_EQ(cost.failed, 0) << testing::PrintToString(cost.reasons);
    EXPECT_TRUE(within(patience, [] { return addresses().find("10.0.0.10/32") != std::string::npos; }))
        << addresses();
}

TEST_F(FieldTest, TheFirstChangeOfAHardwareAddressIsAnnouncedAtOnce) {
    start();
    ASSERT_THAT(Cluster::ask("--count 2", cluster.service()), HasSubstr("alpha"));
    const std::string mac = "02:00:00:00:aa:01";
    ASSERT_EQ(ip("link set eth0 address " + mac).status, 0);
    // The kernel's own entry lasts for longer.
    EXPECT_TRUE(within(5s, [&] { return cluster.client_neighbour() == mac; })) << cluster.client_neighbour();
}

TEST_F(FieldTest, WithStandardDescriptorsClosedItServesLikeAnyOther) {
    ASSERT_EQ(run("ip netns exec primary pulse -c $LAB_FILE --socket " + Cluster::socket(router) +
                  " --state-directory /run/primary <&- >&- 2>&-")
                  .status,
              0);
    EXPECT_TRUE(within(patience, [&] { return all_servers_are_in(); })) << table();
    EXPECT_THAT(addresses(), HasSubstr("10.0.0.10/24"));
}

TEST_F(FieldTest, ManyAddressesThatComeAndGoKeepNobodyFromRaisingOrDroppingOurs) {
    ASSERT_EQ(
        run("for i in $(seq 240); do echo addr add 172.20.0.$i/32 dev lo; done | ip -n primary -batch -")
            .status,
        0);
    ASSERT_EQ(run("for i in $(seq 3000); do echo addr add 172.30.0.1/32 dev lo; echo addr del 172.30.0.1/32 "
                  "dev lo; done > /run/churn; touch /run/churning; "
                  "(while [ -e /run/churning ]; do ip -n primary -force -batch /run/churn; done) > /dev/null "
                  "2>&1 &")
                  .status,
              0);
    start();
    EXPECT_THAT(addresses(), HasSubstr("10.0.0.10/24"));
    ASSERT_EQ(ip("addr del 10.0.0.20/24 dev eth0").status, 0);
    EXPECT_TRUE(within(patience, [] { return addresses().find("10.0.0.20/24") != std::string::npos; }));
    const auto reload = Cluster::pulsectl(router, "reload");
    EXPECT_EQ(reload.status, 0) << reload.text;
    stop();
    EXPECT_THAT(addresses(), Not(HasSubstr("10.0.0.10/")));
    EXPECT_THAT(addresses(), Not(HasSubstr("10.0.0.20/")));
    EXPECT_EQ(run("rm /run/churning").status, 0);
}

}  // namespace
}  // namespace pulse::lab
