// A process that was stopped, starved or suspended looks before it acts; and what else concerns time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router.h"

namespace pulse::failover {
namespace {

using heartbeat::Report;
using heartbeat::Standing;
using heartbeat::Word;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// What happens first after a sleep may be anything.
const Event first_events[] = {  // NOLINT(modernize-avoid-c-arrays): sized by its rows
    Woken{}, HeartbeatHeard{Word::lvs_stopped}, LvsdReady{}, Suspended{1h}};

TEST(Absence, AnActiveRouterThatWakesUpClaimsNothing) {
    for (const auto& event : first_events) {
        Router router(Identity::primary);
        router.become_active();
        router.now += 10s;
        router.feed(event);
        EXPECT_THAT(router.sent(), IsEmpty()) << event.index();
        router.wait(router.settings.keepalive * 2 - 1ms);
        EXPECT_THAT(router.sent(), IsEmpty()) << event.index();
    }
}

TEST(Absence, ItYieldsToWhoeverHasTakenTheRole) {
    for (const auto identity : {Identity::primary, Identity::backup}) {
        Router router(identity);
        router.become_active();
        router.now += 10s;
        router.feed(Woken{});
        router.hear(Word::lvs_running);
        EXPECT_EQ(router.state.role, Role::standby);
        EXPECT_EQ(router.sent(), std::vector{Word::lvs_stopped}) << "no \"running\" of a role that has moved";
    }
}

TEST(Absence, ItGoesOnWhereNobodyHasTakenTheRole) {
    Router router(Identity::primary);
    router.become_active();
    router.now += 10s;
    router.feed(Woken{});
    router.wait(2 * router.settings.keepalive);
    EXPECT_EQ(router.state.role, Role::active);
    EXPECT_TRUE(router.did<Announce>());
    EXPECT_THAT(router.sent(), Contains(Word::lvs_running));
}

TEST(Absence, AStandbyRouterThatWakesUpTakesNothingAtOnce) {
    for (const auto& event : first_events) {
        Router router(Identity::primary);
        router.start();
        router.hear(Word::lvs_running);
        router.now += 1h;
        router.feed(event);
        EXPECT_EQ(router.state.role, Role::standby) << event.index();
        router.wait(router.settings.deadtime);
        EXPECT_NE(router.state.role, Role::standby) << event.index();
    }
}

TEST(Absence, WithDetailsItSaysThatItIsUnsure) {
    Router router(Identity::primary);
    router.settings.details = true;
    router.become_active();
    router.now += 10s;
    router.feed(Woken{});
    const auto* said = std::get_if<SendHeartbeat>(&router.actions.back());
    ASSERT_NE(said, nullptr);
    EXPECT_TRUE(said->report.unsure);
}

TEST(Absence, APartnerThatIsUnsureIsNotFought) {
    Router router(Identity::backup);
    router.settings.details = true;
    router.become_active();
    Report unsure{.sender = Identity::primary, .standing = Standing::active, .unsure = true};
    unsure.active_for = std::chrono::hours(9);
    router.hear(unsure);
    EXPECT_EQ(router.state.role, Role::active);
}

TEST(Absence, AShortOneIsNone) {
    Router router(Identity::primary);
    router.become_active();
    router.wait(10s);
    router.now += router.settings.deadtime - router.settings.keepalive - 1ms;
    router.feed(Woken{});
    EXPECT_THAT(router.logged(), Not(Contains(HasSubstr("did not run"))));
    EXPECT_THAT(router.sent(), Contains(Word::lvs_running));
}

TEST(Time, InitdeadIsPatienceAfterStartOnly) {
    Router router(Identity::backup);
    router.settings.initdead = 30s;
    router.start();
    router.wait(29'999ms);
    EXPECT_FALSE(router.did<RunActiveCommand>()) << "not even for a while";
    router.hear(Word::lvs_running);
    router.wait(router.settings.deadtime);
    EXPECT_NE(router.state.role, Role::standby);
}

TEST(Time, ALateHeartbeatIsLoggedOnceBeforeItIsATakeover) {
    Router router(Identity::backup);
    router.settings.warntime = 3s;
    router.start();
    router.hear(Word::lvs_running);
    router.wait(4s);
    EXPECT_THAT(router.logged(), Contains(HasSubstr("late heartbeat: nothing from the partner for 3.000 s")));
    router.hear(Word::lvs_running);
    EXPECT_THAT(router.logged(), Contains(HasSubstr("the late heartbeat has come, after 4.000 s")));
    router.wait(2s);
    EXPECT_THAT(router.logged(), IsEmpty());
}

TEST(Warm, LvsdRunsOnStandbyAndATakeoverDoesNotWaitForIt) {
    Router router(Identity::backup);
    router.settings.warm = true;
    router.start();
    EXPECT_TRUE(router.did<StartLvsd>());
    router.feed(LvsdReady{});
    EXPECT_FALSE(router.did<RaiseAddresses>());
    router.wait(5s);
    EXPECT_EQ(router.state.role, Role::active);
    EXPECT_FALSE(router.did<StartLvsd>());
    EXPECT_TRUE(router.did<RaiseAddresses>());
}

TEST(Warm, StandingBackKeepsLvsd) {
    Router router(Identity::backup);
    router.settings.warm = true;
    router.start();
    router.feed(LvsdReady{});
    router.wait(5s);
    router.now += 1s;
    router.wait(2s);
    router.hear(Word::lvs_running);
    ASSERT_EQ(router.state.role, Role::standby);
    EXPECT_FALSE(router.did<StopLvsd>());
    router.feed(StopAsked{15});
    EXPECT_TRUE(router.did<StopLvsd>());
}

TEST(Warm, AnLvsdThatKeepsFailingOnStandbyIsLeftAlone) {
    Router router(Identity::backup);
    router.settings.warm = true;
    router.start();
    router.hear(Word::lvs_running);
    for (int crash = 0; crash <= router.settings.crash_limit; ++crash)
        router.feed(LvsdCrashed{.pid = 1, .how = "died"});
    EXPECT_TRUE(router.state.child_failed);
    router.hear(Word::lvs_running);
    EXPECT_FALSE(router.did<StartLvsd>()) << "an active partner is no reason to try it without a pause";
}

TEST(ClassicTrouble, ItIsGivenAwayOnceAndKeptIfThatDoesNotHelp) {
    Router router(Identity::primary);
    router.settings.pings = 2;
    router.become_active();
    router.feed(PingsChanged{0});
    const auto hear = [&](Duration time) {
        for (const auto end = router.now + time; router.now < end;) {
            router.hear(Word::lvs_stopped);
            router.wait(1s);
        }
    };
    hear(router.settings.deadtime + 2s);
    EXPECT_EQ(router.state.role, Role::standby);
    hear(2 * router.settings.deadtime + router.settings.ready_limit + 2s);
    EXPECT_EQ(router.state.role, Role::starting) << "the partner did not take it: somebody must serve";
    router.feed(LvsdReady{});
    hear(1min);
    EXPECT_EQ(router.state.role, Role::active);
}

TEST(ClassicTrouble, OnlyATotalLossCounts) {
    Router router(Identity::primary);
    router.settings.pings = 2;
    router.become_active();
    router.feed(PingsChanged{1});
    for (int i = 0; i < 60; ++i) {
        router.hear(Word::lvs_stopped);
        router.wait(1s);
    }
    EXPECT_EQ(router.state.role, Role::active);
}

TEST(ClassicFailback, ThePrimaryClaimsTheRoleWhenItsTableIsReady) {
    Router router(Identity::primary);
    router.settings.auto_failback = true;
    router.settings.failback_delay = 3s;
    router.start();
    for (int i = 0; i < 5; ++i) {
        router.hear(Word::lvs_running);
        router.wait(1s);
    }
    ASSERT_EQ(router.state.role, Role::standby);
    router.feed(LvsdReady{});
    EXPECT_EQ(router.state.role, Role::active);
    EXPECT_THAT(router.sent(), Contains(Word::lvs_running));
}

TEST(ClassicOrder, TheRoleIsLeftToThePartner) {
    Router router(Identity::primary);
    router.become_active();
    router.hear(Word::lvs_stopped);
    router.feed(FailoverAsked{});
    EXPECT_EQ(router.state.role, Role::standby);
    router.hear(Word::lvs_stopped);
    EXPECT_EQ(router.state.role, Role::standby) << "said before it could have heard";
}

TEST(Winner, AnnouncesAgainWhenTheLoserHasLetGo) {
    Router router(Identity::primary);
    router.become_active();
    router.hear(Word::lvs_running);
    router.hear(Word::lvs_stopped);
    EXPECT_TRUE(router.did<Announce>());
    router.hear(Word::lvs_stopped);
    EXPECT_FALSE(router.did<Announce>());
}

}  // namespace
}  // namespace pulse::failover
