#include "failover_order.h"

#include <gtest/gtest.h>

namespace pulse::daemon {
namespace {

using failover::Role;
using failover::State;

State partner_says(heartbeat::Standing standing) {
    State state;
    state.partner_alive = true;
    state.report.emplace();
    state.report->standing = standing;
    return state;
}

TEST(OrderToFailOver, IsDoneOnlyWhenThePartnerSaysThatItHasTheRole) {
    EXPECT_EQ(outcome_of_order(true, State{}), std::nullopt) << "let go, and nobody has it";
    EXPECT_EQ(outcome_of_order(true, partner_says(heartbeat::Standing::starting)), std::nullopt);
    EXPECT_TRUE(outcome_of_order(true, partner_says(heartbeat::Standing::active))->has_value());
    EXPECT_EQ(undecided(true, State{}),
              "this router has let go, but the partner does not say that it has the role");
}

TEST(OrderToFailOver, APartnerOfTheClassicFormatSaysItByClaiming) {
    State state;
    state.partner_claims = true;
    EXPECT_EQ(outcome_of_order(true, state), std::nullopt) << "that was before it died";
    state.partner_alive = true;
    EXPECT_TRUE(outcome_of_order(true, state)->has_value());
}

TEST(OrderToFailOver, FailsWhenThePartnerDoesNotGetReady) {
    State state;
    state.role = Role::active;
    state.handover.emplace();
    EXPECT_EQ(outcome_of_order(true, state), std::nullopt);
    state.handover.reset();
    const auto outcome = outcome_of_order(true, state);
    ASSERT_TRUE(outcome);
    ASSERT_FALSE(outcome->has_value());
    EXPECT_EQ(outcome->error().message(), "the partner did not get ready: this router keeps the role");
}

TEST(OrderToFailOver, ARouterThatOnlyClaimsTheRoleDoesNotHaveIt) {
    State state;
    state.wanting = TimePoint{};
    EXPECT_EQ(outcome_of_order(false, state), std::nullopt);
    state.wanting.reset();
    EXPECT_FALSE(outcome_of_order(false, state)->has_value());
    state.role = Role::starting;
    EXPECT_EQ(outcome_of_order(false, state), std::nullopt);
    EXPECT_EQ(undecided(false, state), "this router has claimed the role, but lvsd is not ready yet");
    state.role = Role::active;
    EXPECT_TRUE(outcome_of_order(false, state)->has_value());
}

}  // namespace
}  // namespace pulse::daemon
