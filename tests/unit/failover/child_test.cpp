#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router.h"

namespace pulse::failover {
namespace {

using heartbeat::Word;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const LvsdCrashed killed{.pid = 4711, .how = "terminated with signal 9"};

TEST(Lvsd, CrashIsRepairedInPlace) {
    Router router(Identity::primary);
    router.become_active();
    router.feed(killed);
    EXPECT_THAT(router.logged(), ElementsAre("Child process 4711 terminated with signal 9"));
    EXPECT_TRUE(router.did<StartLvsd>());
    EXPECT_FALSE(router.did<DropAddresses>());
    EXPECT_EQ(router.state.role, Role::active);
}

TEST(Lvsd, ReadyAfterARepairRaisesNothingAgain) {
    Router router(Identity::primary);
    router.become_active();
    router.feed(killed);
    router.feed(LvsdReady{});
    EXPECT_THAT(router.actions, IsEmpty());
}

TEST(Lvsd, SecondCrashWaitsBeforeTheRestart) {
    Router router(Identity::primary);
    router.become_active();
    router.feed(killed);
    router.feed(killed);
    EXPECT_FALSE(router.did<StartLvsd>());
    router.wait(router.settings.crash_pause);
    EXPECT_TRUE(router.did<StartLvsd>());
}

TEST(Lvsd, RepeatedCrashesGiveTheRoleAway) {
    Router router(Identity::primary);
    router.become_active();
    router.hear(Word::lvs_stopped);
    for (int crash = 0; crash < router.settings.crash_limit; ++crash) {
        router.feed(killed);
        router.wait(router.settings.crash_pause);
        EXPECT_EQ(router.state.role, Role::active);
    }
    router.feed(killed);
    EXPECT_EQ(router.state.role, Role::standby);
    EXPECT_TRUE(router.did<DropAddresses>());
    EXPECT_EQ(router.sent().back(), Word::lvs_stopped);
}

TEST(Lvsd, CrashesFarApartAreForgotten) {
    Router router(Identity::primary);
    router.become_active();
    for (int crash = 0; crash < 20; ++crash) {
        router.wait(router.settings.crash_window);
        router.feed(killed);
        EXPECT_TRUE(router.did<StartLvsd>());
        router.feed(LvsdReady{});
    }
    EXPECT_EQ(router.state.role, Role::active);
}

TEST(Lvsd, RouterThatGaveItUpStaysOutForAWhile) {
    Router router(Identity::primary);
    router.become_active();
    router.hear(Word::lvs_stopped);
    for (int crash = 0; crash <= router.settings.crash_limit; ++crash) router.feed(killed);
    const auto pause = router.settings.child_failed_pause;
    for (Duration waited{0}; waited < pause; waited += router.settings.keepalive) {
        router.hear(Word::lvs_stopped);
        ASSERT_EQ(router.state.role, Role::standby);
        router.wait(router.settings.keepalive);
    }
    router.hear(Word::lvs_stopped);
    EXPECT_NE(router.state.role, Role::standby);
}

TEST(Lvsd, AnActivePartnerClearsTheFailure) {
    Router router(Identity::primary);
    router.become_active();
    router.hear(Word::lvs_stopped);
    for (int crash = 0; crash <= router.settings.crash_limit; ++crash) router.feed(killed);
    router.hear(Word::lvs_running);
    router.hear(Word::lvs_stopped);
    EXPECT_EQ(router.state.role, Role::starting);
}

TEST(Lvsd, LoneRouterNeverGivesUp) {
    Router router(Identity::primary, false);
    router.become_active();
    for (int crash = 0; crash < 50; ++crash) {
        router.feed(killed);
        router.wait(router.settings.crash_pause);
        EXPECT_EQ(router.state.role, Role::active);
    }
    EXPECT_TRUE(router.did<StartLvsd>());
}

TEST(Lvsd, ThatIsNeverReadyCostsTheRole) {
    Router router(Identity::primary);
    router.start();
    router.hear(Word::lvs_stopped);
    ASSERT_EQ(router.state.role, Role::starting);
    for (Duration waited{0}; waited < router.settings.ready_limit; waited += router.settings.keepalive) {
        router.hear(Word::lvs_stopped);
        router.wait(router.settings.keepalive);
    }
    EXPECT_EQ(router.state.role, Role::standby);
    EXPECT_TRUE(router.did<StopLvsd>());
    EXPECT_TRUE(router.state.child_failed);
}

TEST(Lvsd, WithSixHundredServersKeepsALoneRouterWaitingAndNoMore) {
    for (const bool partner : {false, true}) {  // a dead one is none
        Router router(Identity::primary, partner);
        router.start();
        if (partner) router.wait(router.settings.deadtime);
        ASSERT_EQ(router.state.role, Role::starting);
        router.wait(10 * router.settings.ready_limit);
        EXPECT_FALSE(router.did<StopLvsd>());
        EXPECT_THAT(router.logged(), Contains("lvsd has not set up its services yet; nobody else can serve: "
                                              "waiting for it"));
        router.feed(LvsdReady{});
        EXPECT_EQ(router.state.role, Role::active);
    }
}

TEST(Lvsd, ThatKeepsFailingIsStartedAgainWhileThePartnerIsDead) {
    Router router(Identity::primary);
    router.become_active();
    for (int crash = 0; crash < 20; ++crash) {
        router.feed(killed);
        router.wait(router.settings.crash_pause);
        EXPECT_EQ(router.state.role, Role::active);
    }
}

TEST(Lvsd, ARouterThatGaveItUpTriesAgainWhenThePartnerDies) {
    Router router(Identity::primary);
    router.become_active();
    router.hear(Word::lvs_stopped);
    for (int crash = 0; crash <= router.settings.crash_limit; ++crash) router.feed(killed);
    ASSERT_EQ(router.state.role, Role::standby);
    router.wait(router.settings.deadtime);
    EXPECT_EQ(router.state.role, Role::starting);
}

TEST(Lvsd, CrashWhileStoppingIsAsGoodAsItsEnd) {
    Router router(Identity::primary);
    router.become_active();
    router.feed(StopAsked{15});
    router.feed(killed);
    EXPECT_FALSE(router.did<StartLvsd>());
    EXPECT_TRUE(router.did<Exit>());
}

TEST(Lvsd, StopWhileItWaitsForItsRestartClearsWhatItLeft) {
    Router router(Identity::primary);
    router.become_active();
    router.feed(killed);
    router.feed(killed);
    router.feed(StopAsked{15});
    EXPECT_FALSE(router.did<StopLvsd>());
    EXPECT_LT(router.place_of<DropAddresses>(), router.place_of<ClearTable>());
    EXPECT_FALSE(router.did<Exit>());
    router.feed(LvsdStopped{});
    EXPECT_TRUE(router.did<Exit>());
}

}  // namespace
}  // namespace pulse::failover
