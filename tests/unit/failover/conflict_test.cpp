#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router.h"

namespace pulse::failover {
namespace {

using heartbeat::Word;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Conflict, ActiveBackupYieldsToAnActivePrimary) {
    Router router(Identity::backup);
    router.become_active();
    router.hear(Word::lvs_running);
    EXPECT_EQ(router.state.role, Role::standby);
    EXPECT_EQ(router.logged().front(), "partner active: deactivating LVS");
    EXPECT_THAT(router.sent(), ElementsAre(Word::lvs_running, Word::lvs_stopped));
    EXPECT_LT(router.place_of<DropAddresses>(), router.place_of<StopLvsd>());
}

TEST(Conflict, StartingBackupYieldsToAnActivePrimary) {
    Router router(Identity::backup);
    router.start();
    router.wait(5s);
    ASSERT_EQ(router.state.role, Role::starting);
    router.hear(Word::lvs_running);
    EXPECT_EQ(router.state.role, Role::standby);
    EXPECT_TRUE(router.did<StopLvsd>());
}

TEST(Conflict, ActivePrimaryStaysAndAnnouncesAgain) {
    Router router(Identity::primary);
    router.become_active();
    router.hear(Word::lvs_running);
    EXPECT_EQ(router.state.role, Role::active);
    EXPECT_THAT(router.logged(), ElementsAre("partner active: resending arps"));
    EXPECT_TRUE(router.did<RunActiveCommand>());
    EXPECT_LT(router.place_of<RaiseAddresses>(), router.place_of<Announce>());
}

TEST(Conflict, ManyHeartbeatsAtOnceAreAnsweredOnce) {
    Router router(Identity::primary);
    router.become_active();
    router.hear(Word::lvs_running);
    router.hear(Word::lvs_running);
    EXPECT_THAT(router.actions, IsEmpty());
    router.wait(router.settings.keepalive);
    router.hear(Word::lvs_running);
    EXPECT_TRUE(router.did<Announce>());
}

TEST(Conflict, StartingPrimaryIgnoresAnActiveBackup) {
    Router router(Identity::primary);
    router.start();
    router.wait(5s);
    ASSERT_EQ(router.state.role, Role::starting);
    router.hear(Word::lvs_running);
    EXPECT_EQ(router.state.role, Role::starting);
    EXPECT_THAT(router.actions, IsEmpty());
}

TEST(Conflict, StopMeIsIgnoredAndLoggedOnce) {
    Router router(Identity::primary);
    router.become_active();
    router.hear(Word::stop_me);
    EXPECT_EQ(router.state.role, Role::active);
    EXPECT_EQ(router.logged().size(), 1U);
    router.hear(Word::stop_me);
    EXPECT_THAT(router.logged(), IsEmpty());
}

TEST(Conflict, HoldAndHeldOnlyShowThatThePartnerLives) {
    for (const auto word : {Word::hold, Word::held}) {
        Router router(Identity::backup);
        router.start();
        router.wait(4s);
        router.hear(word);
        EXPECT_THAT(router.actions, IsEmpty());
        router.wait(4s);
        EXPECT_EQ(router.state.role, Role::standby);
    }
}

TEST(Conflict, IncompatibleHeartbeatsDoNotKeepThePartnerAlive) {
    for (const Content& content :
         {Content{Word::fos_running}, Content{Word::fos_stopped}, Content{heartbeat::Unknown{7}}}) {
        Router router(Identity::backup);
        router.start();
        router.wait(4s);
        router.hear(content);
        EXPECT_THAT(
            router.logged(),
            ElementsAre("Incompatible heartbeat received -- other system not using identical services"));
        router.wait(1s);
        EXPECT_EQ(router.state.role, Role::starting);
    }
}

TEST(Conflict, IncompatibleHeartbeatsAreLoggedOnceAMinute) {
    Router router(Identity::primary);
    router.become_active();
    int lines = 0;
    for (int second = 0; second < 120; ++second) {
        router.wait(1s);
        router.hear(heartbeat::Unknown{7});
        lines += static_cast<int>(router.logged().size());
    }
    EXPECT_EQ(lines, 2);
}

TEST(Conflict, OneKindOfBadHeartbeatDoesNotSilenceAnother) {
    Router router(Identity::primary);
    router.become_active();
    router.wait(1s);
    (void)router.logged();
    router.hear(heartbeat::Unknown{7});
    EXPECT_THAT(router.logged(), SizeIs(1));
    router.hear(heartbeat::TooShort{});
    EXPECT_THAT(router.logged(), ElementsAre("bad heartbeat packet"));
}

TEST(Conflict, ShortDatagramIsLoggedAndCountsForNothing) {
    Router router(Identity::backup);
    router.start();
    router.wait(4s);
    router.hear(heartbeat::TooShort{});
    EXPECT_THAT(router.logged(), ElementsAre("bad heartbeat packet"));
    router.wait(1s);
    EXPECT_EQ(router.state.role, Role::starting);
}

TEST(Links, LossTakesTheRoleAwayAndSaysSo) {
    Router router(Identity::primary);
    router.become_active();
    router.feed(LinksChanged{.up = false});
    EXPECT_THAT(router.logged(), ElementsAre("Local NIC link failure: Pulse disabled",
                                             "local link failure: deactivating LVS"));
    EXPECT_EQ(router.state.role, Role::standby);
    EXPECT_THAT(router.sent(), ElementsAre(Word::lvs_stopped));
}

TEST(Links, RouterWithoutLinkDoesNotTakeOver) {
    Router router(Identity::backup);
    router.start();
    router.feed(LinksChanged{.up = false});
    router.wait(1min);
    router.hear(Word::lvs_stopped);
    EXPECT_EQ(router.state.role, Role::standby);
    EXPECT_TRUE(router.sent().empty());
}

TEST(Links, RouterTakesPartAgainWhenTheLinkIsBack) {
    Router router(Identity::backup);
    router.start();
    router.feed(LinksChanged{.up = false});
    router.wait(1min);
    router.feed(LinksChanged{.up = true});
    router.hear(Word::lvs_stopped);
    EXPECT_EQ(router.state.role, Role::standby) << "a link that comes and goes must not move the role";
    router.wait(router.settings.deadtime - 1ms);
    EXPECT_EQ(router.state.role, Role::standby);
    router.wait(1ms);
    EXPECT_THAT(router.logged(), testing::Contains("Local NIC link(s) restored: Pulse enabled"));
    router.hear(Word::lvs_stopped);
    EXPECT_EQ(router.state.role, Role::starting);
}

}  // namespace
}  // namespace pulse::failover
