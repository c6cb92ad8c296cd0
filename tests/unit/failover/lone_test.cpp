// A reload with backup_active = 0: the partner that was is no ghost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "details.h"

namespace pulse::failover {
namespace {

using heartbeat::Word;
using testing::IsEmpty;

TEST_F(Details, APartnerThatIsNoMoreTakesTheAddressesDownNoMore) {
    primary.become_active();
    primary.hear(says);
    primary.settings.partner = false;
    primary.feed(Reconfigured{});
    partner_is_active(10h);
    for (int i = 0; i < 10; ++i) {
        primary.hear(says);
        EXPECT_THAT(primary.actions, IsEmpty());
        primary.hear(Word::lvs_running);
        primary.hear(Unproven{});
        EXPECT_THAT(primary.actions, IsEmpty());
        primary.wait(primary.settings.keepalive);
    }
    EXPECT_EQ(primary.state.role, Role::active);
    EXPECT_FALSE(primary.state.partner_alive);
}

TEST_F(Details, ARouterThatIsAloneNowWaitsForNobody) {
    // Each way to be kept out of the role by what the partner said or did.
    const auto alone = [](Router& router) {
        ASSERT_EQ(router.state.role, Role::standby);
        router.settings.partner = false;
        router.feed(Reconfigured{});
        EXPECT_EQ(router.state.role, Role::starting);
    };
    partner_is_active(1h);
    primary.start();
    primary.hear(says);
    alone(primary);

    Router gave_it_away(Identity::primary);
    gave_it_away.become_active();
    gave_it_away.hear(Word::lvs_stopped);
    gave_it_away.feed(FailoverAsked{});
    alone(gave_it_away);
    EXPECT_FALSE(gave_it_away.state.failback_held);

    Router gave_lvsd_up(Identity::primary);
    gave_lvsd_up.become_active();
    gave_lvsd_up.hear(Word::lvs_stopped);
    for (int crash = 0; crash <= gave_lvsd_up.settings.crash_limit; ++crash)
        gave_lvsd_up.feed(LvsdCrashed{.pid = 1, .how = "died"});
    alone(gave_lvsd_up);

    Router was_away(Identity::primary);
    was_away.start();
    was_away.hear(Word::lvs_running);
    was_away.now += 1h;
    was_away.feed(Woken{});
    ASSERT_TRUE(was_away.state.checking_until);
    alone(was_away);
}

TEST_F(Details, AnOfferToAPartnerThatIsNoMoreEnds) {
    for (const bool stops : {false, true}) {
        Router router(Identity::primary);
        router.settings.details = true;
        router.become_active();
        router.hear(says);
        if (stops)
            router.feed(StopAsked{15});
        else
            router.feed(FailoverAsked{});
        ASSERT_TRUE(router.state.handover);
        router.settings.partner = false;
        router.feed(Reconfigured{});
        EXPECT_FALSE(router.state.handover);
        EXPECT_EQ(router.state.role, stops ? Role::standby : Role::active) << "or it would never end";
    }
}

TEST_F(Details, APartnerThatComesBackIsHeardAfresh) {
    primary.become_active();
    primary.hear(says);
    primary.settings.partner = false;
    primary.feed(Reconfigured{});
    primary.wait(1h);
    primary.settings.partner = true;
    primary.feed(Reconfigured{});
    primary.wait(primary.settings.deadtime - 1ms);
    EXPECT_EQ(primary.state.role, Role::active);
    says.ready = true;
    primary.hear(says);
    primary.feed(FailoverAsked{});
    EXPECT_EQ(primary.state.role, Role::standby);
}

}  // namespace
}  // namespace pulse::failover
