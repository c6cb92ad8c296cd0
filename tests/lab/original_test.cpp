// One of the two routers is the original, as far as the wire shows it. Run by tools/lab up FILE.
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster.h"
#include "namespace.h"
#include "original_peer.h"
#include "shell.h"

namespace pulse::lab {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Bytes = std::vector<std::uint8_t>;

const Bytes running{0xda, 0xdb, 0xad, 0xbd};
const Bytes stopped{0xbd, 0xda, 0xbd, 0xad};

class OriginalTest : public testing::Test {
  protected:
    void SetUp() override {
        for (const auto* router : {"primary", "backup"}) {
            stop(router);
            log_start[router] = Cluster::log(router).size();
        }
    }
    void TearDown() override {
        if (HasFailure()) std::fputs((Cluster::log("primary") + Cluster::log("backup")).c_str(), stdout);
    }

    void stop(const std::string& router, int signal = SIGTERM) {
        for (const int pid : cluster.pids(router, "pulse")) ::kill(pid, signal);
        ASSERT_TRUE(within(30s, [&] { return cluster.pids(router, "pulse").empty(); }));
    }

    /// The stand-in in place of a router.
    [[nodiscard]] OriginalPeer original(const std::string& router) const {
        const auto& config = cluster.config();
        const bool master = router == "primary";
        return {router,
                (master ? config.primary : config.backup)->to_string(),
                (master ? config.backup : config.primary)->to_string(),
                master,
                config.keepalive,
                config.deadtime};
    }
    [[nodiscard]] bool holds(const std::string& router) const {
        return cluster.holds_address(router, cluster.service().address->address);
    }
    [[nodiscard]] std::string vip() const { return cluster.service().address->address.to_string(); }

    /// What was measured, and, as every original does, no longer than the next heartbeat.
    void record(const std::string& what, std::chrono::milliseconds both, std::chrono::milliseconds limit) {
        RecordProperty(what, static_cast<int>(both.count()));
        std::printf("%s: both active for %ld ms\n", what.c_str(), static_cast<long>(both.count()));
        EXPECT_LE(both, limit) << what;
    }
    std::string logged(const std::string& router) { return Cluster::log(router).substr(log_start[router]); }

    Cluster cluster;
    std::map<std::string, std::size_t> log_start;
};

TEST_F(OriginalTest, OurPrimaryServesBesideAnOriginalBackupAndSpeaksItsBytes) {
    cluster.start("primary");
    ASSERT_TRUE(within(30s, [&] { return holds("primary"); }));
    auto backup = original("backup");
    backup.run(4 * cluster.config().keepalive);
    EXPECT_FALSE(backup.active());
    EXPECT_EQ(backup.times_activated(), 0);
    EXPECT_THAT(backup.heard(), Not(IsEmpty()));
    EXPECT_THAT(backup.heard(), Each(running));
    EXPECT_TRUE(holds("primary"));
}

TEST_F(OriginalTest, AnOriginalBackupTakesOverWhenOurPrimaryIsStopped) {
    cluster.start("primary");
    ASSERT_TRUE(within(30s, [&] { return holds("primary"); }));
    auto backup = original("backup");
    backup.run(2 * cluster.config().keepalive);
    const auto began = std::chrono::steady_clock::now();
    std::thread stopping([&] { stop("primary"); });
    while (!backup.active() && std::chrono::steady_clock::now() < began + 20s) backup.run(20ms);
    const auto took = std::chrono::steady_clock::now() - began;
    stopping.join();
    EXPECT_TRUE(backup.active());
    EXPECT_EQ(backup.heard().back(), stopped) << "told, not left to notice";
    EXPECT_LT(took, cluster.config().deadtime);
    // Ours comes back, and leaves the role where it is, as an original would.
    cluster.start("primary");
    backup.run(3 * cluster.config().deadtime);
    EXPECT_TRUE(backup.active());
    EXPECT_FALSE(holds("primary"));
}

TEST_F(OriginalTest, OurBackupTakesOverFromAnOriginalPrimaryThatFallsSilent) {
    {
        auto primary = original("primary");
        cluster.start("backup");
        primary.run(2 * cluster.config().deadtime);
        EXPECT_TRUE(primary.active());
        EXPECT_FALSE(holds("backup"));
    }
    EXPECT_TRUE(within(30s, [&] { return holds("backup"); }));
    EXPECT_THAT(logged("backup"), HasSubstr("partner dead: activating lvs"));
    // The original starts again: inactive, it hears "running" and stays so.
    auto primary = original("primary");
    primary.run(2 * cluster.config().deadtime);
    EXPECT_FALSE(primary.active());
    EXPECT_TRUE(holds("backup"));
}

TEST_F(OriginalTest, OurActiveBackupYieldsToAnActiveOriginalPrimary) {
    cluster.start("backup");
    ASSERT_TRUE(within(30s, [&] { return holds("backup"); }));
    auto primary = original("primary");
    const BothActive both("backup", vip(), primary);
    primary.become_active();  // as after a partition
    primary.run(cluster.config().keepalive * 4);
    // An original backup yields to the first "running" too; and then ends its lvsd before its addresses.
    record("after_a_partition", both.time(), cluster.config().keepalive + 500ms);
    EXPECT_TRUE(primary.active());
    EXPECT_GT(primary.announcements(), 0) << "it must be given cause to announce its addresses again";
    EXPECT_TRUE(within(30s, [&] { return !holds("backup"); }));
    EXPECT_THAT(logged("backup"), HasSubstr("partner active: deactivating LVS"));
    EXPECT_EQ(primary.heard().back(), stopped);
}

TEST_F(OriginalTest, OurActivePrimaryAnnouncesAgainWhenAnOriginalBackupClaimsTheRole) {
    cluster.start("primary");
    ASSERT_TRUE(within(30s, [&] { return holds("primary"); }));
    const Udp backup("backup", cluster.config().backup->to_string(), 539);
    backup.send(running, cluster.config().primary->to_string(), 539);
    EXPECT_TRUE(within(
        10s, [&] { return logged("primary").find("partner active: resending arps") != std::string::npos; }));
    EXPECT_TRUE(holds("primary"));
    // stop-me killed the original's lvsd; nothing of ours listens to it.
    backup.send(Bytes{0xda, 0xda, 0xad, 0xde}, cluster.config().primary->to_string(), 539);
    EXPECT_TRUE(within(
        10s, [&] { return logged("primary").find("stop-me heartbeat ignored") != std::string::npos; }));
    EXPECT_TRUE(holds("primary"));
}

/// Two originals are replaced by ours, one after the other, and ours by originals. An original pair is never
/// double active then: the stopped one falls silent, and the other waits for deadtime.
TEST_F(OriginalTest, ReplacedOneByOneInBothDirectionsTheRoleIsNeverHeldTwice) {
    constexpr auto never = 20ms;
    {
        auto primary = original("primary");
        const BothActive both("backup", vip(), primary);
        auto living = std::make_unique<LivingOriginal>(primary);
        ASSERT_TRUE(within(30s, [&] { return primary.active(); }));
        cluster.start("backup");  // instead of an original backup on standby
        std::this_thread::sleep_for(2 * cluster.config().keepalive);
        EXPECT_FALSE(holds("backup"));
        living.reset();
        primary.stop();
        EXPECT_TRUE(within(30s, [&] { return holds("backup"); }));
        record("original_backup_then_primary_replaced", both.time(), never);
    }
    cluster.start("primary");
    std::this_thread::sleep_for(2 * cluster.config().keepalive);
    EXPECT_TRUE(holds("backup"));
    EXPECT_FALSE(holds("primary"));

    stop("primary");
    auto primary = original("primary");
    const BothActive both("backup", vip(), primary);
    const LivingOriginal living(primary);
    std::this_thread::sleep_for(2 * cluster.config().keepalive);
    EXPECT_FALSE(primary.active());
    stop("backup");
    EXPECT_TRUE(within(30s, [&] { return primary.active(); }));
    auto backup = original("backup");
    backup.run(2 * cluster.config().keepalive);
    EXPECT_FALSE(backup.active());
    record("our_primary_then_backup_replaced", both.time(), never);
}

}  // namespace
}  // namespace pulse::lab
