// Two routers without any IPv4 address. Run by tools/lab up pair-six.cf.
#include <cstdio>

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

class SixTest : public SignedPair {
  protected:
    [[nodiscard]] std::string vip() const { return cluster.service().address->address.to_string(); }
    [[nodiscard]] std::string mac_of(const std::string& router) const {
        return Cluster::mac(router, cluster.service().address->base_device());
    }
    [[nodiscard]] static std::string ask_some(const config::VirtualServer& service) {
        return Cluster::ask("--count 8 --timeout 3000", service);
    }
};

TEST_F(SixTest, APowerCutIsNoticedOverIPv6AndTheClientsNeighbourIsTheHeir) {
    const auto dead = active();
    const auto heir = Cluster::other(dead);
    for (const std::string router : {"primary", "backup"}) {
        const auto paths = status(router)["heartbeat"]["paths"];
        ASSERT_EQ(paths.size(), 2U);
        for (const auto& path : paths) {
            EXPECT_THAT(path["own"].get<std::string>(), HasSubstr("fd00:"));
            EXPECT_GT(path["heard"], 0);
        }
    }
    EXPECT_THAT(ask_some(cluster.service()), HasSubstr("requests 8 answered 8 failed 0"));
    EXPECT_EQ(cluster.client_neighbour(), mac_of(dead));
    cut_off(cluster, dead);
    // Nothing of the client's makes it look again: it is told.
    EXPECT_TRUE(within(forever, [&] { return cluster.client_neighbour() == mac_of(heir); }))
        << cluster.client_neighbour();
    EXPECT_THAT(logged(heir), HasSubstr("partner dead: activating lvs"));
    EXPECT_THAT(ask_some(cluster.service()), HasSubstr("requests 8 answered 8 failed 0"));
    reboot(cluster, dead);
    EXPECT_TRUE(says(heir, "gratuitous lvs arps finished"));
    EXPECT_EQ(active(), heir);
}

TEST_F(SixTest, AStrangerIsFoundByAskingForTheAddress) {
    const auto from = active();
    const auto to = Cluster::other(from);
    ASSERT_EQ(run("ip netns add stranger && ip link add h9-eth0 type veth peer name eth0 netns stranger && "
                  "ip link set h9-eth0 master public up && ip -n stranger link set eth0 up && "
                  "ip -n stranger addr add " +
                  vip() + "/64 dev eth0 nodad")
                  .status,
              0);
    const auto stranger = Cluster::mac("stranger", "eth0");
    EXPECT_THAT(logged(to), Not(HasSubstr("address conflict")));
    EXPECT_EQ(Cluster::pulsectl(from, "failover").status, 0);
    EXPECT_TRUE(has_role(to)) << "a stranger is an alarm, not a reason to leave clients alone";
    EXPECT_TRUE(says(to, "address conflict: " + stranger + " claims to have " + vip()));
    EXPECT_EQ(run("ip netns del stranger").status, 0);
}

/// keepalive = 50ms, deadtime = 150ms.
class QuickTest : public SixTest {
  protected:
    void SetUp() override {
        SixTest::SetUp();
        set("keepalive=50ms");
        set("deadtime=150ms");
    }
    void TearDown() override {
        // The other way round, for none shall wait for heartbeats that the other does not send.
        set("deadtime=800ms");
        SixTest::TearDown();
    }

    [[nodiscard]] int takeovers() const {
        int all = 0;
        for (const std::string router : {"primary", "backup"}) all += status(router)["takeovers"].get<int>();
        return all;
    }
};

TEST_F(QuickTest, IsQuietIdleAndBusyAndQuickAfterAPowerCut) {
    const auto dead = active();
    const auto heir = Cluster::other(dead);
    const int before = takeovers();
    std::this_thread::sleep_for(4s);
    EXPECT_EQ(takeovers(), before) << "idle";
    // A client, and somebody who takes what is left of the processor.
    const auto summary = outage_while([&] { (void)run("timeout 4 sh -c 'while :; do :; done'"); });
    EXPECT_EQ(takeovers(), before) << "busy: " << summary;
    EXPECT_EQ(active(), dead);
    for (const std::string router : {"primary", "backup"})
        EXPECT_THAT(logged(router), Not(HasSubstr("partner dead"))) << router;

    const auto cut = outage_while([&] { cut_off(cluster, dead); });
    const auto outage = std::stoi(cut.substr(cut.find("outage_ms ") + 10));
    RecordProperty("outage_ms_after_power_cut", outage);
    EXPECT_THAT(logged(heir), HasSubstr("partner dead: activating lvs"));
    EXPECT_LT(outage, 3000);
    reboot(cluster, dead);
    EXPECT_TRUE(within(forever, [&] { return status(heir)["partner"].value("hears", false); }));
}

}  // namespace
}  // namespace pulse::lab
