// The rules that need heartbeats which say more than the classic ones.
#include "details.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::failover {
namespace {

using heartbeat::Standing;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(Details, OfTwoActiveTheOneThatHasBeenSoForLongerStays) {
    primary.become_active();
    partner_is_active(1h);
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::standby);

    backup.become_active();
    backup.wait(10s);
    says.sender = Identity::primary;
    partner_is_active(1s);
    backup.hear(says);
    EXPECT_EQ(backup.state.role, Role::active);
    EXPECT_TRUE(backup.did<Announce>());
}

TEST_F(Details, OfTwoThatHaveBeenActiveEquallyLongThePrimaryStays) {
    for (auto* router : {&primary, &backup}) {
        router->become_active();
        says.sender = router == &primary ? Identity::backup : Identity::primary;
        partner_is_active(router->now - router->state.claimed_at + router->settings.keepalive / 2);
        router->hear(says);
    }
    EXPECT_EQ(primary.state.role, Role::active);
    EXPECT_EQ(backup.state.role, Role::standby);
}

TEST_F(Details, ARouterYieldsToAnActivePartnerThatCannotHearIt) {
    primary.become_active();
    primary.wait(1h);
    partner_is_active(1s);
    says.hears = false;
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::active) << "it may just not have heard it yet";
    hear_for(primary, primary.settings.deadtime + primary.settings.keepalive);
    EXPECT_EQ(primary.state.role, Role::standby);
}

TEST_F(Details, AStopWaitsUntilThePartnerIsReady) {
    primary.become_active();
    primary.hear(says);
    primary.feed(StopAsked{15});
    EXPECT_EQ(primary.state.role, Role::active);
    EXPECT_TRUE(last_said(primary).offers);
    EXPECT_FALSE(primary.did<DropAddresses>());
    says.ready = true;
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::standby);
    EXPECT_LT(primary.place_of<DropAddresses>(), primary.place_of<SendHeartbeat>());
    EXPECT_FALSE(last_said(primary).claims());
}

TEST_F(Details, AStopWaitsNoLongerThanTheLimitAndNotAtAllForAPartnerThatCannot) {
    primary.become_active();
    primary.hear(says);
    primary.feed(StopAsked{15});
    hear_for(primary, primary.settings.handover_limit + primary.settings.keepalive);
    EXPECT_EQ(primary.state.role, Role::standby);

    Router other{Identity::primary};
    other.settings.details = true;
    other.become_active();
    says.able = false;
    other.hear(says);
    other.feed(StopAsked{15});
    EXPECT_EQ(other.state.role, Role::standby);
}

TEST_F(Details, WhoDiedInTheRoleAsksAndGoesOnWhereNobodyHasTakenIt) {
    primary.feed(Started{.serving = true});
    EXPECT_TRUE(primary.did<StartLvsd>());
    EXPECT_FALSE(primary.did<RunInactiveCommand>());
    EXPECT_TRUE(last_said(primary).claims());
    EXPECT_TRUE(last_said(primary).unsure);
    primary.hear(says);
    EXPECT_TRUE(last_said(primary).unsure) << "at once: the partner may believe this one only";
    primary.feed(LvsdReady{});
    EXPECT_EQ(primary.state.role, Role::starting);
    hear_for(primary, 2 * primary.settings.keepalive + 1ms);
    EXPECT_EQ(primary.state.role, Role::active);
    EXPECT_TRUE(primary.did<RunActiveCommand>());
    EXPECT_TRUE(primary.did<RaiseAddresses>());
    EXPECT_FALSE(primary.did<DropAddresses>());
}

TEST_F(Details, WhoDiedInTheRoleYieldsToWhoHasTakenItSince) {
    primary.feed(Started{.serving = true});
    partner_is_active(1s);
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::standby);
    EXPECT_TRUE(primary.did<DropAddresses>());
    EXPECT_TRUE(primary.did<RunInactiveCommand>());
}

TEST_F(Details, AStandbyLeavesTheRoleToAPartnerThatHasDiedInItAndAsks) {
    backup.start();
    says.sender = Identity::primary;
    partner_is_active(1h);
    backup.hear(says);
    says.standing = heartbeat::Standing::starting;
    says.unsure = true;
    says.able = false;
    says.active_for = {};
    hear_for(backup, 3 * backup.settings.deadtime);
    EXPECT_EQ(backup.state.role, Role::standby);
}

TEST_F(Details, TheClassicFormatCannotAskAndStartsAsBefore) {
    primary.settings.details = false;
    primary.feed(Started{.serving = true});
    EXPECT_EQ(primary.state.role, Role::standby);
    EXPECT_TRUE(primary.did<RunInactiveCommand>());
}

TEST_F(Details, ASecondSignalDoesNotWaitForThePartner) {
    primary.become_active();
    primary.hear(says);
    primary.feed(StopAsked{15});
    primary.feed(StopAsked{15});
    EXPECT_EQ(primary.state.role, Role::standby);
}

TEST_F(Details, AnOfferIsPreparedForAndTheRoleTakenAsSoonAsItIsFree) {
    backup.start();
    says.sender = Identity::primary;
    partner_is_active(1h);
    backup.hear(says);
    EXPECT_FALSE(backup.did<StartLvsd>());
    says.offers = true;
    backup.hear(says);
    EXPECT_TRUE(backup.did<StartLvsd>());
    backup.feed(LvsdReady{});
    EXPECT_EQ(backup.state.role, Role::standby);
    EXPECT_TRUE(last_said(backup).ready);
    says = {.sender = Identity::primary, .stopping = true};
    backup.hear(says);
    EXPECT_EQ(backup.state.role, Role::active) << "at once: its table is programmed";
    EXPECT_TRUE(backup.did<RaiseAddresses>());
}

TEST_F(Details, AnOfferTakenBackEndsThePreparation) {
    backup.start();
    says.sender = Identity::primary;
    partner_is_active(1h);
    says.offers = true;
    backup.hear(says);
    says.offers = false;
    backup.hear(says);
    EXPECT_TRUE(backup.did<StopLvsd>());
}

TEST_F(Details, AnOrderThatThePartnerCannotFollowKeepsTheRole) {
    primary.become_active();
    primary.hear(says);
    primary.feed(FailoverAsked{});
    hear_for(primary, primary.settings.ready_limit + primary.settings.deadtime + primary.settings.keepalive);
    EXPECT_EQ(primary.state.role, Role::active);
    EXPECT_THAT(primary.logged(), Contains(HasSubstr("keeping the role")));
    says.able = false;
    primary.hear(says);
    EXPECT_EQ(refuses_failover(primary.state, primary.settings), "the partner cannot take the role");
}

TEST_F(Details, ARoleMovedByOrderIsNotTakenBackFromAPartnerThatIsSlow) {
    primary.become_active();
    says.ready = true;
    primary.hear(says);
    primary.feed(FailoverAsked{});
    ASSERT_EQ(primary.state.role, Role::standby);
    hear_for(primary, primary.settings.deadtime);  // "standby", said before it heard
    EXPECT_EQ(primary.state.role, Role::standby);
    primary.wait(primary.settings.deadtime);  // and now it is dead
    EXPECT_NE(primary.state.role, Role::standby);
}

TEST_F(Details, ThePrimaryAsksForTheRoleWhenItHasBeenWellForLongEnough) {
    primary.settings.auto_failback = true;
    primary.settings.failback_delay = 30s;
    primary.start();
    partner_is_active(1h);
    hear_for(primary, 29s);
    EXPECT_FALSE(primary.did<StartLvsd>());
    EXPECT_EQ(failback_waits_for(primary.state, primary.now, primary.settings), "failback_delay to pass");
    hear_for(primary, 4s);
    EXPECT_TRUE(primary.did<StartLvsd>());
    primary.feed(LvsdReady{});
    EXPECT_TRUE(last_said(primary).wants);
    EXPECT_EQ(primary.state.role, Role::standby);
    says.standing = Standing::standby;
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::active);
}

TEST_F(Details, FailbackWaitsForTheConnections) {
    primary.settings.auto_failback = primary.settings.synchronised = true;
    primary.start();
    partner_is_active(1h);
    says.connections = 1000;
    primary.feed(ConnectionsCounted{899});
    hear_for(primary, 20s);
    EXPECT_FALSE(primary.did<StartLvsd>());
    EXPECT_EQ(failback_waits_for(primary.state, primary.now, primary.settings),
              "connections: 899 here, 1000 on the partner");
    primary.feed(ConnectionsCounted{900});
    EXPECT_TRUE(primary.did<StartLvsd>());
}

TEST_F(Details, FailbackWaitsForConnectionsAMinuteAtMost) {
    primary.settings.auto_failback = primary.settings.synchronised = true;
    primary.start();
    partner_is_active(1h);
    says.connections = 1000;
    hear_for(primary, primary.settings.catch_up_limit + 4s);
    EXPECT_TRUE(primary.did<StartLvsd>());
}

TEST_F(Details, TheActiveGivesTheRoleToAPartnerThatWantsItAndSeesNoLess) {
    backup.become_active();
    says.sender = Identity::primary;
    says.wants = says.ready = true;
    says.links_up = 1;
    backup.hear(says);
    EXPECT_EQ(backup.state.role, Role::active);
    says.links_up = 2;
    backup.hear(says);
    EXPECT_EQ(backup.state.role, Role::standby);
}

TEST_F(Details, TheRouterThatSeesMoreGetsTheRoleWhenThatLasts) {
    primary.become_active();
    says.ready = true;
    hear_for(primary, 10s);
    primary.feed(LinksChanged{.up = true, .count = 1});
    hear_for(primary, primary.settings.deadtime - primary.settings.keepalive);
    EXPECT_EQ(primary.state.role, Role::active);
    hear_for(primary, 2 * primary.settings.keepalive);
    EXPECT_EQ(primary.state.role, Role::standby);
}

TEST_F(Details, WhatBothHaveLostMovesNothing) {
    primary.become_active();
    primary.feed(LinksChanged{.up = true, .count = 1});
    says.links_up = 1;
    hear_for(primary, 10min);
    EXPECT_EQ(primary.state.role, Role::active);
}

TEST_F(Details, BothStandbyTheBackupWaitsForAPrimaryThatIsAble) {
    backup.start();
    says.sender = Identity::primary;
    hear_for(backup, backup.settings.deadtime - 1ms);
    EXPECT_EQ(backup.state.role, Role::standby);
    hear_for(backup, 2 * backup.settings.keepalive);
    EXPECT_NE(backup.state.role, Role::standby);

    Router other{Identity::backup};
    other.settings.details = true;
    other.start();
    says.able = false;
    other.hear(says);
    EXPECT_NE(other.state.role, Role::standby) << "nobody else will";
}

TEST_F(Details, AnotherLvsCfIsSaidOnceWhenItLasts) {
    primary.become_active();
    says.config_digest.fill(1);
    says.config_serial = 7;
    primary.hear(says);
    EXPECT_THAT(primary.logged(), IsEmpty());
    hear_for(primary, 1min);
    EXPECT_EQ(std::ranges::count_if(primary.logged(),
                                    [](const auto& line) { return line.starts_with("lvs.cf differs"); }),
              1);
    says.config_digest = {};
    primary.hear(says);
    EXPECT_THAT(primary.logged(), Contains("lvs.cf of both routers says the same again"));
}

TEST_F(Details, AnUnprovenMessageIsAnsweredButCountsForNothing) {
    backup.start();
    backup.wait(4s);
    backup.hear(Unproven{});
    EXPECT_EQ(backup.sent().size(), 1U);
    backup.hear(Unproven{});
    EXPECT_THAT(backup.sent(), IsEmpty()) << "a flood of recordings must not be answered one by one";
    backup.wait(1s);
    EXPECT_NE(backup.state.role, Role::standby);
}

TEST_F(Details, ARouterThatClaimsToBeTheSameOneCountsForNothing) {
    backup.start();
    says.sender = Identity::backup;
    backup.wait(4s);
    backup.hear(says);
    EXPECT_THAT(backup.logged(), Contains("the partner says that it is the backup too"));
    backup.wait(1s);
    EXPECT_NE(backup.state.role, Role::standby);
}

TEST_F(Details, APathThatFailsIsAnAlarmAndNoTakeover) {
    primary.start();
    partner_is_active(1h);
    for (int i = 0; i < 2; ++i) primary.hear(Copy{}, 1);
    hear_for(primary, 10s);  // over the first path only
    EXPECT_EQ(primary.state.role, Role::standby);
    EXPECT_THAT(primary.logged(), Contains(HasSubstr("no heartbeats over the private path")));
    primary.hear(Copy{}, 1);
    EXPECT_THAT(primary.logged(), Contains("heartbeats arrive over the private path again"));
}

}  // namespace
}  // namespace pulse::failover
