#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router.h"

namespace pulse::failover {
namespace {

using heartbeat::Word;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Failover, StartSaysWhichRouterThisIs) {
    Router primary(Identity::primary);
    primary.start();
    EXPECT_THAT(primary.logged(), ElementsAre("STARTING PULSE AS MASTER"));
    Router backup(Identity::backup);
    backup.start();
    EXPECT_THAT(backup.logged(), ElementsAre("STARTING PULSE AS BACKUP"));
}

TEST(Failover, StartRunsTheInactiveCommandAndReceivesConnections) {
    Router router(Identity::primary);
    router.start();
    EXPECT_TRUE(router.did<RunInactiveCommand>());
    EXPECT_EQ(std::get<Synchronise>(router.actions.back()), Synchronise{.as_master = false});
    EXPECT_EQ(router.state.role, Role::standby);
}

TEST(Failover, BackupMarkedInactiveRefusesToRun) {
    Router router(Identity::backup, false);
    router.start();
    EXPECT_THAT(router.logged(),
                ElementsAre("STARTING PULSE AS BACKUP",
                            "We are backup node and backup is marked inactive -- exiting pulse"));
    EXPECT_EQ(std::get<Exit>(router.actions.back()), Exit{78});
}

TEST(Failover, LoneRouterActivatesAtOnce) {
    Router router(Identity::primary, false);
    router.start();
    EXPECT_EQ(router.state.role, Role::starting);
    EXPECT_TRUE(router.did<StartLvsd>());
    EXPECT_THAT(router.sent(), IsEmpty());
}

TEST(Failover, LoneRouterSendsNoHeartbeats) {
    Router router(Identity::primary, false);
    router.become_active();
    router.wait(10min);
    EXPECT_THAT(router.sent(), IsEmpty());
    EXPECT_EQ(router.state.role, Role::active);
}

TEST(Failover, ForcedRouterActivatesAtOnce) {
    Router router(Identity::backup);
    router.settings.force_active = true;
    router.start();
    EXPECT_EQ(router.logged().back(), "Forced active on startup: activating lvs");
    EXPECT_EQ(router.state.role, Role::starting);
}

TEST(Failover, StandbySaysStoppedEveryKeepalive) {
    Router router(Identity::primary);
    router.settings.deadtime = 1h;
    router.start();
    router.wait(7s);
    EXPECT_THAT(router.sent(), ElementsAre(Word::lvs_stopped, Word::lvs_stopped, Word::lvs_stopped));
}

TEST(Failover, ActiveSaysRunningEveryKeepalive) {
    Router router(Identity::primary);
    router.become_active();
    router.wait(0s);
    router.wait(2 * router.settings.keepalive);
    EXPECT_THAT(router.sent(), ElementsAre(Word::lvs_running, Word::lvs_running));
}

TEST(Failover, StandbyTakesOverWhenDeadtimePasses) {
    Router router(Identity::backup);
    router.start();
    router.wait(4999ms);
    EXPECT_EQ(router.state.role, Role::standby);
    router.wait(1ms);
    EXPECT_EQ(router.state.role, Role::starting);
    EXPECT_THAT(router.logged(), ElementsAre("partner dead: activating lvs"));
}

TEST(Failover, EveryHeartbeatPutsTakeoverOff) {
    Router router(Identity::backup);
    router.start();
    for (int i = 0; i < 10; ++i) {
        router.wait(4900ms);
        router.hear(Word::lvs_running);
    }
    EXPECT_EQ(router.state.role, Role::standby);
}

TEST(Failover, TakeoverClaimsTheRoleBeforeAnythingElse) {
    Router router(Identity::backup);
    router.start();
    router.wait(5s);
    EXPECT_THAT(router.sent().back(), Word::lvs_running);
    EXPECT_LT(router.place_of<RunActiveCommand>(), router.place_of<StartLvsd>());
}

TEST(Failover, AddressesComeUpOnlyWhenLvsdIsReadyAndAreThenAnnounced) {
    Router router(Identity::backup);
    router.start();
    router.wait(5s);
    EXPECT_FALSE(router.did<RaiseAddresses>());
    router.feed(LvsdReady{});
    EXPECT_EQ(router.state.role, Role::active);
    EXPECT_LT(router.place_of<RaiseAddresses>(), router.place_of<Announce>());
    EXPECT_LT(router.place_of<Announce>(), router.actions.size());
    EXPECT_TRUE(router.did<Synchronise>());
}

TEST(Failover, SilenceMeansNothingToAnActiveRouter) {
    Router router(Identity::primary);
    router.become_active();
    router.wait(1min);
    EXPECT_EQ(router.state.role, Role::active);
    EXPECT_THAT(router.logged(), IsEmpty());
}

TEST(Failover, PrimaryActivatesWhenTheBackupSaysStopped) {
    Router router(Identity::primary);
    router.start();
    router.hear(Word::lvs_stopped);
    EXPECT_EQ(router.state.role, Role::starting);
    EXPECT_THAT(router.logged(), ElementsAre("backup inactive: activating lvs"));
}

TEST(Failover, BackupActivatesWhenThePrimarySaysStopped) {
    Router router(Identity::backup);
    router.start();
    router.hear(Word::lvs_running);
    router.wait(4s);
    router.hear(Word::lvs_running);
    router.wait(4s);
    router.hear(Word::lvs_stopped);
    EXPECT_EQ(router.state.role, Role::starting);
    EXPECT_EQ(router.logged().front(), "primary inactive: activating lvs");
}

TEST(Failover, FreshBackupLeavesTheRoleToAStandbyPrimary) {
    Router router(Identity::backup);
    router.start();
    router.wait(2s);
    router.hear(Word::lvs_stopped);
    EXPECT_EQ(router.state.role, Role::standby);
    router.wait(3s);
    router.hear(Word::lvs_stopped);
    EXPECT_EQ(router.state.role, Role::starting);
}

TEST(Failover, StoppedMeansNothingToAnActiveRouter) {
    Router router(Identity::primary);
    router.become_active();
    router.hear(Word::lvs_stopped);
    EXPECT_THAT(router.actions, IsEmpty());
}

TEST(Failover, RunningKeepsAStandbyDown) {
    for (const auto identity : {Identity::primary, Identity::backup}) {
        Router router(identity);
        router.start();
        router.hear(Word::lvs_running);
        router.hear(Word::lvs_running);
        EXPECT_THAT(router.actions, IsEmpty());
        EXPECT_EQ(router.state.role, Role::standby);
    }
}

TEST(Failover, OrderlyStopDropsAddressesThenSaysFarewellThenEndsLvsd) {
    Router router(Identity::primary);
    router.become_active();
    router.feed(StopAsked{15});
    EXPECT_EQ(router.logged().front(), "Terminating due to signal 15");
    EXPECT_THAT(router.sent(), ElementsAre(Word::lvs_stopped));
    EXPECT_LT(router.place_of<DropAddresses>(), router.place_of<SendHeartbeat>());
    EXPECT_LT(router.place_of<SendHeartbeat>(), router.place_of<StopLvsd>());
    EXPECT_FALSE(router.did<Exit>());
    router.feed(LvsdStopped{});
    EXPECT_EQ(std::get<Exit>(router.actions.back()), Exit{0});
}

TEST(Failover, SettledStandbyStopsAtOnce) {
    Router router(Identity::backup);
    router.start();
    router.hear(Word::lvs_running);
    router.feed(LvsdStopped{});
    router.feed(StopAsked{2});
    EXPECT_TRUE(router.did<RunInactiveCommand>());
    EXPECT_EQ(std::get<Exit>(router.actions.back()), Exit{0});
}

TEST(Failover, StoppingRouterNeverActivatesAgain) {
    Router router(Identity::primary);
    router.become_active();
    router.feed(StopAsked{15});
    router.hear(Word::lvs_stopped);
    router.wait(1min);
    EXPECT_EQ(router.state.role, Role::standby);
    EXPECT_FALSE(router.did<StartLvsd>());
}

TEST(Failover, StartTouchesNeitherAddressesNorTable) {
    Router router(Identity::primary);
    router.start();
    EXPECT_FALSE(router.did<DropAddresses>());
    EXPECT_FALSE(router.did<ClearTable>());
}

TEST(Failover, WhatACrashLeftGoesWithTheFirstWordOfAnActivePartner) {
    Router router(Identity::primary);
    router.start();
    router.hear(Word::lvs_running);
    EXPECT_LT(router.place_of<DropAddresses>(), router.place_of<ClearTable>());
    EXPECT_LT(router.place_of<ClearTable>(), router.actions.size());
    router.hear(Word::lvs_running);
    EXPECT_THAT(router.actions, IsEmpty());
}

TEST(Failover, WhatACrashLeftIsUsedByARouterThatTakesTheRole) {
    Router router(Identity::primary);
    router.start();
    router.wait(5s);
    ASSERT_EQ(router.state.role, Role::starting);
    EXPECT_FALSE(router.did<DropAddresses>());
    EXPECT_FALSE(router.did<ClearTable>());
}

TEST(Failover, WhatACrashLeftGoesWithAnOrderlyStop) {
    Router router(Identity::primary);
    router.start();
    router.feed(StopAsked{15});
    EXPECT_TRUE(router.did<DropAddresses>());
    EXPECT_TRUE(router.did<ClearTable>());
    EXPECT_FALSE(router.did<Exit>());
    router.feed(LvsdStopped{});
    EXPECT_EQ(std::get<Exit>(router.actions.back()), Exit{0});
}

}  // namespace
}  // namespace pulse::failover
