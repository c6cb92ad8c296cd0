#include "pulse/failover/connection_sync.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::failover {
namespace {

using ipvs::SyncDaemon;
using ipvs::SyncRole;
using testing::ElementsAre;
using testing::IsEmpty;

config::Config synchronised() {
    config::Config config;
    config.syncdaemon = true;
    config.syncd_iface = "eth1";
    config.syncd_id = 7;
    return config;
}

const SyncDaemon master{.role = SyncRole::master, .interface = "eth1", .id = 7};
const SyncDaemon backup{.role = SyncRole::backup, .interface = "eth1", .id = 7};

/// A daemon as the kernel tells of it: nothing is left open.
SyncDaemon told(SyncDaemon daemon) {
    if (!daemon.max_length) daemon.max_length = 1472;
    if (!daemon.group) daemon.group = net::IpAddress::v4(0xe0000051);
    if (!daemon.port) daemon.port = net::Port{8848};
    if (!daemon.ttl) daemon.ttl = 1;
    return daemon;
}

TEST(ConnectionSync, OffIsNothing) { EXPECT_THAT(wanted_sync({}, true), IsEmpty()); }

TEST(ConnectionSync, TheActiveRouterTellsAndTheStandbyOneListens) {
    EXPECT_THAT(wanted_sync(synchronised(), true), ElementsAre(master));
    EXPECT_THAT(wanted_sync(synchronised(), false), ElementsAre(backup));
}

TEST(ConnectionSync, WithBothTheRoleChangesNothing) {
    auto config = synchronised();
    config.syncd_both = true;
    EXPECT_THAT(wanted_sync(config, true), ElementsAre(master, backup));
    EXPECT_EQ(wanted_sync(config, false), wanted_sync(config, true));
}

TEST(ConnectionSync, EveryKeyReachesTheDaemon) {
    auto config = synchronised();
    config.syncd_maxlen = 1400;
    config.syncd_mcast_group = net::IpAddress::parse("ff02::82");
    config.syncd_port = net::Port{9000};
    config.syncd_ttl = 3;
    const auto wanted = wanted_sync(config, true);
    ASSERT_EQ(wanted.size(), 1U);
    EXPECT_EQ(wanted[0].max_length, 1400);
    EXPECT_EQ(wanted[0].group, config.syncd_mcast_group);
    EXPECT_EQ(wanted[0].port, config.syncd_port);
    EXPECT_EQ(wanted[0].ttl, 3);
}

TEST(ConnectionSync, WhatRunsAsItShouldIsNotTouched) {
    const std::vector running{told(master), told(backup)};
    EXPECT_EQ(plan(running, std::vector{master, backup}), SyncPlan{});
}

TEST(ConnectionSync, AnotherRoleReplacesTheOld) {
    const auto made = plan(std::vector{told(backup)}, std::vector{master});
    EXPECT_THAT(made.stop, ElementsAre(SyncRole::backup));
    EXPECT_THAT(made.start, ElementsAre(master));
}

TEST(ConnectionSync, ADeviceMadeAnewHasItsDaemonsStartedAnew) {
    const std::vector running{told(master), told(backup)};
    const std::vector wanted{master, backup};
    EXPECT_EQ(plan(running, wanted), SyncPlan{});
    const auto made = plan(running, wanted, true);
    EXPECT_THAT(made.stop, ElementsAre(SyncRole::master, SyncRole::backup));
    EXPECT_THAT(made.start, ElementsAre(master, backup));
}

TEST(ConnectionSync, EveryDifferenceReplacesTheDaemon) {
    std::vector<SyncDaemon> others(7, master);
    others[0].interface = "eth0";
    others[1].id = 8;
    others[2].max_length = 1000;
    others[3].group = net::IpAddress::v4(0xe0000052);
    others[4].port = net::Port{9000};
    others[5].ttl = 2;
    others[6].role = SyncRole::backup;
    for (const auto& other : others) {
        const auto there = plan(std::vector{told(master)}, std::vector{other});
        EXPECT_THAT(there.stop, ElementsAre(SyncRole::master));
        EXPECT_THAT(there.start, ElementsAre(other));
    }
    // And back, where the kernel's own value is meant by saying nothing.
    for (const std::size_t i : {3U, 4U, 5U})
        EXPECT_THAT(plan(std::vector{told(others[i])}, std::vector{master}).start, ElementsAre(master));
}

TEST(ConnectionSync, SwitchedOffEverythingStops) {
    const auto made = plan(std::vector{told(master), told(backup)}, std::vector<SyncDaemon>{});
    EXPECT_THAT(made.stop, ElementsAre(SyncRole::master, SyncRole::backup));
    EXPECT_THAT(made.start, IsEmpty());
}

TEST(Leftovers, AreWhatWasStartedAndNoStrangersDaemon) {
    const std::vector running{told(master), told(backup)};
    EXPECT_THAT(leftovers(running, std::vector{master}), ElementsAre(SyncRole::master));
    EXPECT_THAT(leftovers(running, {}), IsEmpty());
    auto other_id = master;
    other_id.id = 8;
    auto other_device = backup;
    other_device.interface = "eth2";
    EXPECT_THAT(leftovers(running, std::vector{other_id, other_device}), IsEmpty());
}

TEST(Leftovers, AreKnownOverADeath) {
    EXPECT_EQ(to_text(std::vector{master, backup}), "master eth1 7\nbackup eth1 7\n");
    EXPECT_THAT(started_from("master eth1 7\nbackup eth1 7\n"), ElementsAre(master, backup));
    EXPECT_THAT(started_from("master eth1\nnonsense\nmaster eth1 x\nwitness eth1 7\n"), IsEmpty());
}

}  // namespace
}  // namespace pulse::failover
