// Outages that operators met, each with the number of requests that failed. Run by tools/lab up outage.cf.
#include <csignal>
#include <fstream>
#include <set>
#include <string>

#include <sys/mount.h>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "chaos/client.h"
#include "chaos/figures.h"
#include "cluster.h"
#include "power.h"
#include "shell.h"

namespace pulse::lab {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;
/// What the client asks in a second.
constexpr int requests_per_second = 50;

class OutageTest : public testing::Test {
  protected:
    /// State directories small enough to be filled.
    static void SetUpTestSuite() {
        for (const std::string directory : {"/run/primary", "/run/backup"}) {
            ::mkdir(directory.c_str(), 0755);
            ASSERT_EQ(::mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=128k,mode=755"), 0);
        }
        ASSERT_EQ(run("pulsectl genkey && cp $LAB_FILE /tmp/outage.cf").status, 0);
    }

    void SetUp() override {
        ASSERT_TRUE(cluster.become_healthy()) << everything();
        // Each knows that the other could take over.
        for (const std::string router : {"primary", "backup"})
            ASSERT_TRUE(within(patience, [&] {
                const auto status =
                    nlohmann::json::parse(Cluster::pulsectl(router, "status --json").text, nullptr, false);
                if (!status.is_object() || !status["partner"].is_object()) return false;
                const auto& partner = status["partner"];
                return partner.value("hears", false) && partner.value("able", false);
            })) << everything();
    }

    void TearDown() override {
        EXPECT_EQ(run("rm -f /run/primary/fill /run/backup/fill; cp /tmp/outage.cf $LAB_FILE").status, 0);
        for (const std::string router : {"primary", "backup"}) (void)Cluster::pulsectl(router, "reload");
        if (HasFailure()) std::fputs(everything().c_str(), stdout);
    }

    [[nodiscard]] static std::string everything() { return Cluster::log("primary") + Cluster::log("backup"); }

    /// What a client saw while something happened, and for a second after it.
    template <class Happening>
    [[nodiscard]] chaos::Figures cost_of(Happening happening) {
        std::set<std::string> names;
        for (const auto& server : cluster.service().servers) names.insert(server.name);
        chaos::Client client(cluster.service().address->address.to_string(), cluster.service().port.number,
                             names);
        std::this_thread::sleep_for(1s);
        happening();
        std::this_thread::sleep_for(1s);
        constexpr double ever = 1e9;
        const auto figures =
            chaos::by_kind({{.kind = "it", .begin = 0, .end = ever}}, client.finish()).at("it");
        std::string reasons;
        for (const auto& [reason, times] : figures.reasons)
            reasons += " " + std::to_string(times) + " " + reason + ";";
        std::printf("%d of %d requests failed, %d wrong, %d lasting connections broke;%s\n", figures.failed,
                    figures.requests, figures.wrong, figures.broken, reasons.c_str());
        RecordProperty("requests", figures.requests);
        RecordProperty("failed", figures.failed);
        EXPECT_EQ(figures.wrong, 0);
        EXPECT_GT(figures.requests, requests_per_second);
        return figures;
    }

    /// For longer than it takes to miss a partner.
    void wait_for_takeover() const { std::this_thread::sleep_for(2 * cluster.config().deadtime); }

    /// Reloads the active router while its state directory is full, and the other one if that was accepted.
    /// In either case the two go on hearing each other.
    void reload_on_full_disk() {
        const auto first = cluster.active();
        (void)run("dd if=/dev/zero of=/run/" + first + "/fill bs=1k 2> /dev/null");
        const auto cost = cost_of([&] {
            const auto reload = Cluster::pulsectl(first, "reload");
            if (reload.status == 0) {
                EXPECT_EQ(Cluster::pulsectl(Cluster::other(first), "reload").status, 0);
            }
            wait_for_takeover();
            EXPECT_EQ(cluster.active(), first) << reload.text;
        });
        EXPECT_EQ(cost.failed, 0);
        EXPECT_EQ(cost.broken, 0);
    }

    Cluster cluster;
};

TEST_F(OutageTest, APublicLinkLostByTheActiveRouterMovesTheRoleThoughNothingIsSaidOfLinks) {
    const auto first = cluster.active();
    const auto link = "ip link set " + cable_prefix(first) + "-eth0 ";
    const auto cost = cost_of([&] {
        ASSERT_EQ(run(link + "down").status, 0);
        EXPECT_TRUE(within(patience, [&] {
            return cluster.holds_address(Cluster::other(first), cluster.service().address->address);
        }));
        std::this_thread::sleep_for(2s);
    });
    // A cold standby's first checks come after the takeover; both are in this figure.
    const auto limit =
        std::chrono::duration<double>(cluster.config().deadtime + 2 * cluster.service().timeout);
    EXPECT_LE(cost.failed, limit.count() * requests_per_second);
    EXPECT_EQ(run(link + "up").status, 0);
}

TEST_F(OutageTest, ALocalUsersLockOnTheStateDirectoryHoldsNothingUp) {
    const auto first = cluster.active();
    const auto cost = cost_of([&] {
        // It may well be refused; what counts is that nobody waits for it.
        (void)run("setpriv --reuid 65534 --regid 65534 --clear-groups flock /run/" + first +
                  " sleep 12 > /dev/null 2>&1 & sleep 0.5");
        EXPECT_EQ(Cluster::pulsectl(first, "drain web/alpha").status, 0);
        EXPECT_EQ(Cluster::pulsectl(first, "undrain web/alpha").status, 0);
        wait_for_takeover();
        EXPECT_EQ(cluster.active(), first);
    });
    EXPECT_EQ(cost.failed, 0);
    EXPECT_EQ(cost.broken, 0);
}

/// Until its first check after lvsd is back, a dead server gets its share of the clients.
TEST_F(OutageTest, AFrozenLvsdIsReplacedAndADeadServerLeavesTheTable) {
    const auto router = cluster.active();
    const auto& dead = cluster.service().servers.front();
    const auto frozen = cluster.pids(router, "lvsd");
    ASSERT_EQ(frozen.size(), 1U);
    const auto cost = cost_of([&] {
        ::kill(frozen.front(), SIGSTOP);
        EXPECT_EQ(run("lab-web kill " + dead.name).status, 0);
        EXPECT_TRUE(within(patience, [&] { return !cluster.in_table(router, dead); }));
        EXPECT_TRUE(within(patience, [&] {
            const auto now = cluster.pids(router, "lvsd");
            return now.size() == 1 && now != frozen;
        }));
    });
    EXPECT_EQ(run("lab-web start " + dead.name).status, 0);
    EXPECT_EQ(cluster.active(), router);
    // Half of the requests, while lvsd is missed and replaced and its first checks are made.
    EXPECT_LE(cost.failed, 20 * requests_per_second / 2);
    (void)::kill(frozen.front(), SIGCONT);
    EXPECT_TRUE(within(patience, [&] { return cluster.in_table(router, dead); }));
}

TEST_F(OutageTest, AReloadWhileLvsdIsFrozenTellsWhatHappened) {
    const auto router = cluster.active();
    const auto frozen = cluster.pids(router, "lvsd");
    ASSERT_EQ(frozen.size(), 1U);
    const auto cost = cost_of([&] {
        ::kill(frozen.front(), SIGSTOP);
        ASSERT_EQ(run("pulsectl set virtual.web.server.alpha.weight=7").status, 0);
        const auto reload = Cluster::pulsectl(router, "reload");
        const bool in_force = cluster.table(router).find(" 7  ") != std::string::npos;
        EXPECT_EQ(reload.status == 0, in_force) << reload.text << cluster.table(router);
        (void)::kill(frozen.front(), SIGCONT);
    });
    EXPECT_EQ(cost.failed, 0);
}

TEST_F(OutageTest, OnAFullDiskANewPortIsInForceOnBothRoutersOrOnNone) {
    ASSERT_EQ(run("pulsectl set heartbeat_port=1539").status, 0);
    reload_on_full_disk();
}

TEST_F(OutageTest, OnAFullDiskANewKeyIsInForceOnBothRoutersOrOnNone) {
    ASSERT_EQ(run("cp /etc/sysconfig/ha/heartbeat.key /tmp/key.before").status, 0);
    ASSERT_EQ(run("rm /etc/sysconfig/ha/heartbeat.key && pulsectl genkey").status, 0);
    reload_on_full_disk();
    ASSERT_EQ(run("cp /tmp/key.before /etc/sysconfig/ha/heartbeat.key").status, 0);
}

}  // namespace
}  // namespace pulse::lab
