// A router that serves worse than its partner could, and what it must not give its role away for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "details.h"

namespace pulse::failover {
namespace {

using heartbeat::Standing;
using heartbeat::Word;
using testing::Contains;
using testing::HasSubstr;

const LinksChanged lost{.up = false, .count = {}};
const LinksChanged back{.up = true, .count = {}};

/// Links by the automatic rule; servers are preferred.
class Preference : public Details {
  protected:
    Preference() {
        for (auto* router : {&primary, &backup}) {
            router->settings.link_rule = LinkRule::automatic;
            router->settings.links = 0;
            router->settings.prefer_servers = true;
        }
        says.links_up = 0;
    }
};

TEST_F(Preference, ALostPublicLinkHandsTheRoleToAPartnerThatIsReady) {
    primary.become_active();
    says.ready = true;
    primary.hear(says);
    primary.feed(lost);
    EXPECT_EQ(primary.state.role, Role::standby);
    EXPECT_TRUE(primary.did<DropAddresses>());
    EXPECT_FALSE(last_said(primary).able);
}

TEST_F(Preference, ALostPublicLinkIsOfferedToAPartnerThatHasToGetReady) {
    primary.become_active();
    primary.hear(says);
    primary.feed(lost);
    EXPECT_EQ(primary.state.role, Role::active);
    EXPECT_TRUE(last_said(primary).offers);
    says.ready = true;
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::standby);
}

TEST_F(Preference, AnOfferThatCameToNothingIsNotRepeatedAtOnce) {
    primary.become_active();
    primary.hear(says);
    primary.feed(lost);
    says.able = false;
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::active);
    says.able = true;
    hear_for(primary, 2 * primary.settings.keepalive);
    EXPECT_FALSE(last_said(primary).offers);
    hear_for(primary, primary.settings.deadtime + primary.settings.ready_limit);
    EXPECT_TRUE(last_said(primary).offers);
}

TEST_F(Preference, AColdPartnerMayTakeItsTimeForALostLink) {
    primary.become_active();
    primary.hear(says);
    primary.feed(lost);
    hear_for(primary, 2 * primary.settings.ready_limit);
    EXPECT_TRUE(last_said(primary).offers);
    says.ready = true;
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::standby);
}

TEST_F(Preference, AnOfferForALostLinkEndsWhenTheLinkIsBack) {
    primary.become_active();
    primary.hear(says);
    primary.feed(lost);
    primary.feed(LinksChanged{.up = true, .count = {}});
    hear_for(primary, primary.settings.deadtime + primary.settings.keepalive);
    EXPECT_EQ(primary.state.role, Role::active);
    EXPECT_FALSE(last_said(primary).offers);
    EXPECT_THAT(primary.logged(), Contains("the link is back: keeping the role"));
}

TEST_F(Preference, AStandbyWhosePartnerCannotServeWaitsForItsLvsd) {
    primary.start();
    says.sender = Identity::backup;
    says.standing = heartbeat::Standing::active;
    says.able = false;
    says.offers = true;
    primary.hear(says);
    ASSERT_EQ(primary.state.lvsd, Lvsd::starting);
    hear_for(primary, 2 * primary.settings.ready_limit);
    EXPECT_FALSE(primary.state.child_failed);
    EXPECT_EQ(primary.state.lvsd, Lvsd::starting);
    EXPECT_THAT(primary.logged(), Contains(HasSubstr("nobody else can serve: waiting for it")));
}

TEST_F(Preference, ALostLinkMovesNothingWhileNobodyElseCanServe) {
    primary.become_active();
    primary.feed(lost);  // the partner is dead
    EXPECT_EQ(primary.state.role, Role::active);
    EXPECT_THAT(primary.logged(), Contains("Local NIC link failure; nobody else can serve: going on"));
    says.able = false;
    hear_for(primary, 1min);
    EXPECT_EQ(primary.state.role, Role::active);
    says.able = says.ready = true;
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::standby) << "now somebody can";
}

TEST_F(Preference, ALinkThatIsBackKeepsTheRole) {
    primary.become_active();
    primary.feed(lost);
    primary.feed(back);
    says.ready = true;
    hear_for(primary, 1min);
    EXPECT_EQ(primary.state.role, Role::active);
    EXPECT_FALSE(primary.state.link_down);
}

TEST_F(Preference, AStandbyWithoutItsLinkTakesOverOnlyWhenNobodyElseCan) {
    backup.start();
    backup.feed(lost);
    says.sender = Identity::primary;
    hear_for(backup, 1min);
    EXPECT_EQ(backup.state.role, Role::standby);
    backup.wait(backup.settings.deadtime);
    EXPECT_NE(backup.state.role, Role::standby);
}

TEST_F(Preference, OfTwoWithoutTheirLinksThePrimaryServes) {
    says.able = false;
    for (auto* router : {&primary, &backup}) {
        router->start();
        router->feed(lost);
        hear_for(*router, 1s);
    }
    EXPECT_NE(primary.state.role, Role::standby);
    EXPECT_EQ(backup.state.role, Role::standby);
    hear_for(backup, backup.settings.deadtime + backup.settings.keepalive);
    EXPECT_NE(backup.state.role, Role::standby) << "should the primary not";
}

TEST_F(Preference, OfTwoActiveTheOneWithoutItsLinkYields) {
    primary.become_active();
    primary.wait(1h);
    primary.feed(lost);
    partner_is_active(1s);
    primary.hear(says);
    EXPECT_EQ(primary.state.role, Role::standby);

    backup.become_active();
    says.sender = Identity::primary;
    says.able = false;
    partner_is_active(1h);
    backup.hear(says);
    EXPECT_EQ(backup.state.role, Role::active);
}

TEST_F(Preference, TheStrictRuleGivesTheRoleUpWhoeverIsThere) {
    primary.settings.link_rule = LinkRule::strict;
    primary.become_active();
    primary.feed(lost);
    EXPECT_EQ(primary.state.role, Role::standby);
    primary.wait(1h);
    EXPECT_EQ(primary.state.role, Role::standby);
}

TEST(ClassicTrouble, ALostLinkIsGivenAwayOnceAndKeptWhenThatDidNotHelp) {
    Router router(Identity::primary);
    router.settings.link_rule = LinkRule::automatic;
    router.become_active();
    router.hear(Word::lvs_stopped);
    router.feed(lost);
    ASSERT_EQ(router.state.role, Role::standby);
    EXPECT_EQ(router.sent().back(), Word::lvs_stopped);
    const auto out = 2 * router.settings.deadtime + router.settings.ready_limit;
    for (Duration waited{0}; waited <= out; waited += router.settings.keepalive) {
        router.hear(Word::lvs_stopped);
        router.wait(router.settings.keepalive);
    }
    router.hear(Word::lvs_stopped);
    ASSERT_NE(router.state.role, Role::standby) << "the partner does not take it";
    router.feed(LvsdReady{});
    for (int i = 0; i < 20; ++i) {
        router.hear(Word::lvs_stopped);
        router.wait(router.settings.keepalive);
    }
    EXPECT_EQ(router.state.role, Role::active);
}

TEST(ServesClearlyMore, IsTwiceAndAQuarterOrSomethingForNothing) {
    EXPECT_TRUE(serves_clearly_more(1, 0));
    EXPECT_TRUE(serves_clearly_more(1000, 500));
    EXPECT_TRUE(serves_clearly_more(500, 250));
    EXPECT_FALSE(serves_clearly_more(0, 0));
    EXPECT_FALSE(serves_clearly_more(1000, 501));
    EXPECT_FALSE(serves_clearly_more(400, 200)) << "less than a quarter of all";
    EXPECT_FALSE(serves_clearly_more(1000, std::nullopt));
    EXPECT_FALSE(serves_clearly_more(std::nullopt, 0));
    for (std::uint16_t one = 0; one <= 1000; ++one)
        for (std::uint16_t other = 0; other <= one; ++other)
            ASSERT_FALSE(serves_clearly_more(one, other) && serves_clearly_more(other, one));
}

TEST_F(Preference, TheRouterThatReachesClearlyMoreServersGetsTheRoleWhenThatLasts) {
    primary.become_active();
    says.ready = true;
    says.served = 1000;
    primary.feed(ServersChanged{400});
    hear_for(primary, primary.settings.deadtime - primary.settings.keepalive);
    EXPECT_EQ(primary.state.role, Role::active);
    hear_for(primary, 2 * primary.settings.keepalive);
    EXPECT_EQ(primary.state.role, Role::standby);
    EXPECT_THAT(primary.logged(), Contains("the partner reaches 100.0 % of the real servers, this router "
                                           "40.0 %: deactivating LVS"));
}

TEST_F(Preference, SomeServersMoreMoveNothing) {
    primary.become_active();
    says.ready = true;
    says.served = 1000;
    primary.feed(ServersChanged{600});
    hear_for(primary, 10min);
    EXPECT_EQ(primary.state.role, Role::active);
}

TEST_F(Preference, WhoDoesNotKnowMovesNothing) {
    primary.become_active();
    says.ready = true;
    primary.feed(ServersChanged{0});
    hear_for(primary, 1min);
    EXPECT_EQ(primary.state.role, Role::active) << "a cold partner";
    says.served = 1000;
    primary.feed(ServersChanged{std::nullopt});
    hear_for(primary, 1min);
    EXPECT_EQ(primary.state.role, Role::active) << "not all are checked here";
}

TEST_F(Preference, ServersMoveNothingWhereTheyAreNotPreferred) {
    primary.settings.prefer_servers = false;
    primary.become_active();
    says.ready = true;
    says.served = 1000;
    primary.feed(ServersChanged{0});
    hear_for(primary, 10min);
    EXPECT_EQ(primary.state.role, Role::active);
}

TEST_F(Preference, ServersWeighMoreThanPingNodes) {
    primary.settings.pings = 2;
    primary.become_active();
    primary.feed(PingsChanged{0});
    primary.feed(ServersChanged{1000});
    says.ready = true;
    says.pings_up = 2;
    says.served = 0;
    hear_for(primary, 10min);
    EXPECT_EQ(primary.state.role, Role::active) << "or the role would go to and fro";
}

TEST_F(Preference, EachTimeItTakesTwiceAsLong) {
    says.ready = true;
    says.served = 1000;
    auto hold = primary.settings.deadtime;
    primary.start();
    for (int time = 0; time < 3; ++time, hold *= 2) {
        SCOPED_TRACE(time);
        says.standing = Standing::standby;
        says.able = false;  // the role comes back
        while (primary.state.role == Role::standby) hear_for(primary, primary.settings.keepalive);
        primary.feed(LvsdReady{});
        says.able = true;
        primary.feed(ServersChanged{0});
        hear_for(primary, hold - primary.settings.keepalive);
        ASSERT_EQ(primary.state.role, Role::active);
        hear_for(primary, 2 * primary.settings.keepalive);
        ASSERT_EQ(primary.state.role, Role::standby);
    }
}

TEST_F(Preference, AColdStandbyLooksForItselfWhenTheActiveReachesNoServer) {
    backup.start();
    partner_is_active(1h);
    says.sender = Identity::primary;
    says.served = 100;
    backup.hear(says);
    EXPECT_FALSE(backup.did<StartLvsd>());
    says.served = 0;
    backup.hear(says);
    EXPECT_TRUE(backup.did<StartLvsd>());
    backup.feed(LvsdReady{});
    backup.feed(ServersChanged{1000});
    hear_for(backup, backup.settings.keepalive);
    EXPECT_EQ(last_said(backup).served, 1000);
    says.served = 500;
    backup.hear(says);
    EXPECT_TRUE(backup.did<StopLvsd>());
    EXPECT_EQ(backup.state.served, std::nullopt);
}

TEST_F(Preference, AnLvsdThatIsStartedAgainHasToLookFirst) {
    primary.become_active();
    primary.feed(ServersChanged{1000});
    primary.feed(LvsdCrashed{.pid = 1, .how = "died"});
    EXPECT_EQ(primary.state.served, std::nullopt);
    primary.feed(LvsdReady{});
    EXPECT_EQ(primary.state.served, std::nullopt);
}

TEST_F(Preference, FailbackIsNotForAPrimaryThatReachesFewer) {
    primary.settings.auto_failback = primary.settings.warm = true;
    primary.start();
    primary.feed(LvsdReady{});
    primary.feed(ServersChanged{0});
    partner_is_active(1h);
    says.served = 1000;
    hear_for(primary, 10min);
    EXPECT_EQ(primary.state.wanting, std::nullopt);
    primary.feed(ServersChanged{1000});
    hear_for(primary, primary.settings.failback_delay + primary.settings.keepalive);
    EXPECT_TRUE(last_said(primary).wants);
}

TEST_F(Preference, AColdPrimaryThatWantsTheRoleBackLooksBeforeItAsks) {
    primary.settings.auto_failback = true;
    primary.start();
    partner_is_active(1h);
    says.served = 1000;
    hear_for(primary, primary.settings.keepalive);
    primary.feed(LvsdReady{});
    EXPECT_FALSE(last_said(primary).wants);
    primary.feed(ServersChanged{900});
    EXPECT_TRUE(last_said(primary).wants);
}

TEST_F(Preference, TheRoleIsNotGivenToAPartnerThatWantsItAndReachesFewerServers) {
    backup.become_active();
    backup.feed(ServersChanged{1000});
    says.sender = Identity::primary;
    says.wants = says.ready = true;
    says.served = 100;
    backup.hear(says);
    EXPECT_EQ(backup.state.role, Role::active);
    says.served = 900;
    backup.hear(says);
    EXPECT_EQ(backup.state.role, Role::standby);
}

TEST_F(Preference, BothStandbyTheOneThatReachesMoreServersGoesFirst) {
    backup.settings.warm = true;
    backup.start();
    backup.feed(LvsdReady{});
    backup.feed(ServersChanged{1000});
    says.sender = Identity::primary;
    says.served = 100;
    backup.hear(says);
    EXPECT_NE(backup.state.role, Role::standby);
}

}  // namespace
}  // namespace pulse::failover
