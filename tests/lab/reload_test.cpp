// An lvsd that hangs, a full disk and a dead name server beside reloads and orders. Run by tools/lab up
// pair-signed.cf.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "power.h"
#include "shell.h"
#include "signed_pair.h"

namespace pulse::lab {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

using FrozenLvsd = SignedPair;

TEST_F(FrozenLvsd, IsShownAndReplacedAndCostsNothing) {
    const auto router = active();
    const auto frozen = cluster.pids(router, "lvsd").front();
    const auto cost = outage_while([&] {
        ::kill(frozen, SIGSTOP);
        EXPECT_TRUE(within(forever, [&] { return status(router)["lvsd_silent_ms"].is_number(); }));
        const auto drained = Cluster::pulsectl(router, "drain web/alpha");
        EXPECT_NE(drained.status, 0);
        EXPECT_THAT(drained.text, HasSubstr("this is remembered, and done when lvsd answers"));
    });
    EXPECT_THAT(cost, HasSubstr(" failed 0 "));
    EXPECT_TRUE(within(forever, [&] {
        const auto now = cluster.pids(router, "lvsd");
        return now.size() == 1 && now.front() != frozen && status(router)["lvsd"] == "ready";
    })) << logged(router);
    EXPECT_THAT(logged(router), HasSubstr("lvsd has not answered for"));
    EXPECT_EQ(active(), router);
    const auto after = Cluster::pulsectl(router, "drain");
    EXPECT_THAT(after.text, HasSubstr("web/alpha"));
    EXPECT_EQ(Cluster::pulsectl(router, "undrain web/alpha").status, 0);
}

class FullStateDirectory : public SignedPair {
  protected:
    void SetUp() override {
        SignedPair::SetUp();
        // Each router has mounts of its own (ip netns exec).
        for (const std::string router : {"primary", "backup"}) {
            const auto inside =
                "nsenter --mount --target " + std::to_string(cluster.pids(router, "pulse").front()) + " ";
            ASSERT_EQ(run(inside + "mount -t tmpfs -o size=4k tmpfs /run/" + router + " && ! " + inside +
                          "sh -c 'head -c 9000 /dev/zero > /run/" + router + "/full'")
                          .status,
                      0);
        }
    }
};

TEST_F(FullStateDirectory, AReloadOfPortAndTimersLeavesExactlyOneActive) {
    const auto router = active();
    set("heartbeat_port=540 deadtime=700ms");
    for (int look = 0; look < 6; ++look) {
        EXPECT_EQ(active(), router);
        std::this_thread::sleep_for(500ms);
    }
    for (const std::string each : {"primary", "backup"})
        EXPECT_TRUE(status(each)["partner"].value("alive", false)) << each;
}

TEST_F(FullStateDirectory, ADrainThatCannotBeRememberedIsNotDone) {
    const auto router = active();
    const auto drained = Cluster::pulsectl(router, "drain web/alpha");
    EXPECT_NE(drained.status, 0);
    EXPECT_THAT(drained.text, HasSubstr("No space left on device"));
    EXPECT_THAT(Cluster::pulsectl(router, "drain").text, testing::Not(HasSubstr("web/alpha")));
}

using DeadNameServer = SignedPair;

TEST_F(DeadNameServer, DoesNotKeepAColdStandbyFromTakingOver) {
    ASSERT_EQ(run("cp /etc/hosts /tmp/hosts.before && echo 10.0.1.11 alpha.example >> /etc/hosts").status, 0);
    set("standby=cold virtual.web.server.alpha.address=alpha.example");
    ASSERT_EQ(run("cp /tmp/hosts.before /etc/hosts").status, 0);
    // Nobody is there: a question waits for its whole patience.
    ASSERT_EQ(run("cp /etc/resolv.conf /tmp/resolv.before 2>/dev/null; echo nameserver 10.0.0.251 > "
                  "/etc/resolv.conf")
                  .status,
              0);
    const auto dead = active();
    const auto other = Cluster::other(dead);
    const auto reload = Cluster::pulsectl(other, "reload");
    EXPECT_NE(reload.status, 0) << "the name has gone: nothing changes";
    EXPECT_THAT(reload.text, HasSubstr("the configuration stays as it was"));

    kill_suite(cluster, dead);
    forget(cluster, dead);
    EXPECT_TRUE(within(5s, [&] { return active() == other; })) << logged(other);
    EXPECT_TRUE(within(5s, [&] { return cluster.in_table(other, cluster.service().servers.front()); }));
    (void)run("cp /tmp/resolv.before /etc/resolv.conf 2>/dev/null || rm -f /etc/resolv.conf");
}

}  // namespace
}  // namespace pulse::lab
