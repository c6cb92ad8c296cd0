#include "guests.h"

#include <vector>

#include <gtest/gtest.h>

namespace pulse::control {
namespace {

constexpr uid_t monitoring = 990;
constexpr uid_t somebody = 1000;

TimePoint at(int second) { return TimePoint(std::chrono::seconds(second)); }

/// Idle since second 0, 1, 2 …
std::vector<Guest> guests_of(uid_t user, std::size_t count) {
    std::vector<Guest> guests;
    for (std::size_t i = 0; i < count; ++i)
        guests.push_back({.user = user, .idle_since = at(static_cast<int>(i))});
    return guests;
}

TEST(Guests, WhileThereIsRoomEverybodyIsWelcome) {
    const auto admission = admit(guests_of(somebody, most_guests_of_a_user - 1), somebody);
    EXPECT_TRUE(admission.welcome);
    EXPECT_EQ(admission.leaves, std::nullopt);
}

TEST(Guests, AUserWithTooManyMakesRoomForHimself) {
    auto guests = guests_of(monitoring, 1);
    auto own = guests_of(somebody, most_guests_of_a_user);
    own[0].busy = true;
    guests.insert(guests.end(), own.begin(), own.end());
    const auto admission = admit(guests, somebody);
    EXPECT_TRUE(admission.welcome);
    EXPECT_EQ(admission.leaves, 2U) << "the one idle for longest that waits for no answer";
    EXPECT_EQ(admit(guests, monitoring).leaves, std::nullopt);
}

TEST(Guests, NobodyIsSentAwayInTheMiddleOfAQuestion) {
    auto guests = guests_of(somebody, most_guests_of_a_user);
    for (auto& guest : guests) guest.busy = true;
    EXPECT_FALSE(admit(guests, somebody).welcome);
    EXPECT_TRUE(admit(guests, monitoring).welcome);
    EXPECT_EQ(longest_idle(guests), std::nullopt);
}

TEST(Guests, InAFullHouseTheLongestIdleLeaves) {
    std::vector<Guest> guests;
    for (uid_t user = 0; user < most_guests; ++user)
        guests.push_back({.user = user, .idle_since = at(static_cast<int>((user + 7) % most_guests))});
    const auto admission = admit(guests, somebody);
    EXPECT_TRUE(admission.welcome);
    EXPECT_EQ(admission.leaves, most_guests - 7);
    EXPECT_EQ(longest_idle(guests), most_guests - 7);
}

}  // namespace
}  // namespace pulse::control
