// The finer print of docs/failover.md: each condition of a rule, by what goes wrong without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "details.h"

namespace pulse::failover {
namespace {

using heartbeat::Standing;
using heartbeat::Word;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST_F(Details, AnAbsenceTakesTheTimeInTheRoleAway) {
    primary.become_active();
    primary.wait(1h);
    primary.now += 10s;
    primary.feed(Woken{});
    primary.wait(2 * primary.settings.keepalive);
    ASSERT_EQ(primary.state.role, Role::active);
    partner_is_active(10s);
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::standby) << "the partner may have served while this one was away";
}

TEST_F(Details, ABackupWhoseLeadIsWithinAKeepaliveYields) {
    backup.become_active();
    backup.wait(10s);
    says.sender = Identity::primary;
    partner_is_active(backup.now - backup.state.claimed_at - backup.settings.keepalive / 2);
    backup.hear(says);
    EXPECT_EQ(backup.state.role, Role::standby);
}

TEST_F(Details, AConflictThatLastsIsEndedByTheBackup) {
    backup.become_active();
    backup.wait(1min);
    partner_is_active(1s);
    hear_for(backup, backup.settings.deadtime);
    EXPECT_EQ(backup.state.role, Role::active);
    hear_for(backup, 2 * backup.settings.keepalive);
    EXPECT_EQ(backup.state.role, Role::standby);
}

TEST_F(Details, BothStandbyTheOneThatSeesMoreGoesFirst) {
    says.sender = Identity::primary;
    says.links_up = 1;
    backup.start();
    backup.hear(says);
    EXPECT_NE(backup.state.role, Role::standby);

    primary.start();
    primary.feed(LinksChanged{.up = true, .count = 1});
    says.links_up = 2;
    hear_for(primary, primary.settings.deadtime - 1ms);
    EXPECT_EQ(primary.state.role, Role::standby);
    hear_for(primary, 2 * primary.settings.keepalive);
    EXPECT_NE(primary.state.role, Role::standby) << "should the partner not take it";
}

TEST_F(Details, ARoleJustGivenAwayIsLeftForDeadtimeToAPartnerThatSaysItIsNotAble) {
    primary.become_active();
    says.ready = true;
    primary.hear(says);
    primary.feed(FailoverAsked{});
    ASSERT_EQ(primary.state.role, Role::standby);
    says.able = false;  // said, perhaps, before it knew
    hear_for(primary, primary.settings.deadtime - 1ms);
    EXPECT_EQ(primary.state.role, Role::standby);
    hear_for(primary, 2 * primary.settings.keepalive);
    EXPECT_NE(primary.state.role, Role::standby);
}

TEST_F(Details, ARoleGivenAwayIsTakenBackWithinAKeepaliveOnceThePartnerHadItAndLetGo) {
    primary.become_active();
    says.ready = true;
    primary.hear(says);
    primary.feed(FailoverAsked{});
    partner_is_active(1s);
    hear_for(primary, 2 * primary.settings.keepalive);
    ASSERT_EQ(primary.state.role, Role::standby);
    says.standing = Standing::standby;
    hear_for(primary, primary.settings.keepalive + 1ms);
    EXPECT_NE(primary.state.role, Role::standby);
}

TEST_F(Details, ABackupThatAskedForTheRoleTakesItAsSoonAsItIsFree) {
    backup.start();
    says.sender = Identity::primary;
    partner_is_active(1h);
    backup.hear(says);
    backup.feed(FailoverAsked{});
    backup.feed(LvsdReady{});
    says.standing = Standing::standby;
    backup.hear(says);
    EXPECT_EQ(backup.state.role, Role::active);
}

TEST_F(Details, WhoAskedInVainStopsAsking) {
    backup.start();
    says.sender = Identity::primary;
    partner_is_active(1h);
    backup.hear(says);
    backup.feed(FailoverAsked{});
    backup.feed(LvsdReady{});
    EXPECT_TRUE(last_said(backup).wants);
    hear_for(backup, backup.settings.ready_limit + 2 * backup.settings.deadtime + backup.settings.keepalive);
    EXPECT_THAT(backup.logged(), Contains("the partner has not given the role away"));
    EXPECT_TRUE(backup.did<StopLvsd>());
    EXPECT_FALSE(last_said(backup).wants);
}

TEST_F(Details, APrimaryThatGaveTheRoleToWhoWantedItHoldsBack) {
    primary.settings.auto_failback = true;
    primary.become_active();
    says.wants = says.ready = true;
    primary.hear(says);
    ASSERT_EQ(primary.state.role, Role::standby);
    hear_for(primary, primary.settings.deadtime);  // "standby", said before it heard
    EXPECT_EQ(primary.state.role, Role::standby);
    says.wants = false;
    partner_is_active(1s);
    hear_for(primary, 1min);
    EXPECT_FALSE(primary.state.wanting);
    EXPECT_EQ(failback_waits_for(primary.state, primary.now, primary.settings),
              "an operator, who moved the role");
}

TEST_F(Details, WhoWantsTheRoleMustBeReadyAndAble) {
    primary.become_active();
    says.wants = says.ready = true;
    says.able = false;
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::active);
    says.able = true;
    says.ready = false;
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::active);
}

class Trouble : public Details {
  protected:
    /// The primary is active and sees one link of two; its partner sees both and is ready.
    void begin(int troubles, Duration since_the_latest = 1min) {
        primary.become_active();
        says.ready = true;
        hear_for(primary, 10s);
        primary.state.troubles = troubles;
        primary.state.trouble_at = primary.now - since_the_latest;
        primary.feed(LinksChanged{.up = true, .count = 1});
    }
    void expect_hold(Duration hold) {
        hear_for(primary, hold - primary.settings.keepalive);
        EXPECT_EQ(primary.state.role, Role::active);
        hear_for(primary, 2 * primary.settings.keepalive);
        EXPECT_EQ(primary.state.role, Role::standby);
    }
};

TEST_F(Trouble, EachTimeTheRoleIsHeldTwiceAsLong) {
    begin(2);
    expect_hold(4 * primary.settings.deadtime);
}

TEST_F(Trouble, ButNotLongerThan32Deadtimes) {
    begin(20);
    expect_hold(32 * primary.settings.deadtime);
}

TEST_F(Trouble, TenMinutesWithoutMakeItForgotten) {
    begin(5, 10min + 1s);
    expect_hold(primary.settings.deadtime);
}

TEST_F(Trouble, APartnerThatIsNotAbleIsNoBetterHoweverMuchItSees) {
    begin(0);
    says.able = false;
    hear_for(primary, 1min);
    EXPECT_EQ(primary.state.role, Role::active);
    EXPECT_FALSE(primary.state.handover);
}

TEST_F(Trouble, APartnerThatDoesNotGetReadyIsNotWaitedForWithoutEnd) {
    begin(0);
    says.ready = false;
    const auto end = 2 * primary.settings.deadtime + primary.settings.ready_limit;
    hear_for(primary, end + 2 * primary.settings.keepalive);
    EXPECT_EQ(primary.state.role, Role::active);
    EXPECT_THAT(primary.logged(), Contains(HasSubstr("did not get ready in time: keeping the role")));
}

TEST_F(Details, AnOfferEndsWithThePartnersDeath) {
    primary.settings.deadtime = 2s;
    primary.settings.keepalive = 1s;
    primary.become_active();
    primary.hear(says);
    primary.feed(FailoverAsked{});
    ASSERT_TRUE(primary.state.handover);
    primary.wait(2s);
    EXPECT_THAT(primary.logged(), Contains("the partner has died: keeping the role"));
    EXPECT_FALSE(primary.state.handover);
}

/// The primary is to take the role back, and is not well, or not better.
class NotWell : public Details {
  protected:
    void expect_no_failback() {
        hear_for(primary, 1min);
        EXPECT_FALSE(primary.did<StartLvsd>()) << "not even for a while";
        EXPECT_THAT(failback_waits_for(primary.state, primary.now, primary.settings),
                    HasSubstr("this router to be well"));
    }
    void SetUp() override {
        primary.settings.auto_failback = true;
        primary.settings.pings = 2;
        says.pings_up = 2;
        primary.start();
        partner_is_active(1h);
    }
};

TEST_F(NotWell, WithoutALinkThatThePartnerLacksToo) {
    says.links_up = 1;
    primary.feed(LinksChanged{.up = true, .count = 1});
    expect_no_failback();
}

TEST_F(NotWell, WithoutAnyPingNodeThoughThePartnerSeesNoneEither) {
    says.pings_up = 0;
    primary.feed(PingsChanged{0});
    expect_no_failback();
}

TEST_F(NotWell, WithLessInSightThanThePartner) {
    primary.feed(PingsChanged{1});
    expect_no_failback();
}

TEST_F(NotWell, WhileThePartnerIsStoppingAndOffersTheRoleByItself) {
    says.stopping = true;
    expect_no_failback();
}

TEST(ClassicTrouble, ARouterInTroubleWaitsForThePartnerToTakeTheRole) {
    Router router(Identity::primary);
    router.settings.pings = 2;
    router.start();
    router.feed(PingsChanged{0});
    router.hear(Word::lvs_stopped);
    EXPECT_EQ(router.state.role, Role::standby);
    for (int second = 0; second < 5; ++second) {
        router.wait(1s);
        router.hear(Word::lvs_stopped);
    }
    EXPECT_EQ(router.state.role, Role::starting);
}

TEST(ClassicTrouble, ItIsNoReasonToLeaveClientsToADeadPartner) {
    Router router(Identity::primary);
    router.settings.pings = 2;
    router.become_active();
    router.hear(Word::lvs_stopped);
    router.wait(router.settings.deadtime);
    router.feed(PingsChanged{0});
    router.wait(1min);
    EXPECT_EQ(router.state.role, Role::active);
}

TEST(ClassicTrouble, WhenItIsOverItCountsAgain) {
    Router router(Identity::primary);
    router.settings.pings = 2;
    router.become_active();
    router.state.trouble_spent = true;
    router.feed(PingsChanged{1});
    router.feed(PingsChanged{0});
    for (int second = 0; second < 7; ++second) {
        router.hear(Word::lvs_stopped);
        router.wait(1s);
    }
    EXPECT_EQ(router.state.role, Role::standby);
}

TEST(Silence, IsFollowedByAnotherAnnouncementForThePartnerMayHaveHadTheAddresses) {
    Router router(Identity::primary);
    router.become_active();
    router.hear(Word::lvs_stopped);
    router.wait(router.settings.deadtime);
    EXPECT_THAT(router.logged(), Contains(HasSubstr("nothing is heard from the partner any more")));
    router.hear(Word::lvs_stopped);
    EXPECT_TRUE(router.did<Announce>());
    router.hear(Word::lvs_stopped);
    EXPECT_FALSE(router.did<Announce>());
}

TEST(Reload, GivesThePartnerAWholeDeadtime) {
    Router router(Identity::backup);
    router.start();
    router.hear(Word::lvs_running);
    router.wait(router.settings.deadtime - 1ms);
    router.feed(Reconfigured{});
    router.wait(router.settings.deadtime - 1ms);
    EXPECT_EQ(router.state.role, Role::standby);
    router.wait(1ms);
    EXPECT_EQ(router.state.role, Role::starting);
}

}  // namespace
}  // namespace pulse::failover
