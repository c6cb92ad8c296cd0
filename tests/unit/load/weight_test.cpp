#include "pulse/load/weight.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace pulse::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint start{};

Scale bounded(int configured, std::optional<int> lowest = {}, std::optional<int> highest = {}) {
    return scale_of(Formula::bounded, configured, lowest, highest, milliseconds(0));
}

Scale classic(int configured) { return scale_of(Formula::classic, configured, {}, {}, milliseconds(0)); }

TEST(Weight, OursFollowsTheLoad) {
    const auto scale = bounded(100);
    EXPECT_EQ(target(scale, 0), 100);
    EXPECT_EQ(target(scale, 1), 100);
    EXPECT_EQ(target(scale, 2), 50);
    EXPECT_EQ(target(scale, 4), 25);
    EXPECT_EQ(target(scale, 1000), 1);
    const auto wide = bounded(100, 20, 200);
    EXPECT_EQ(target(wide, 0), 200);
    EXPECT_EQ(target(wide, 0.5), 150);
    EXPECT_EQ(target(wide, 1), 100);
    EXPECT_EQ(target(wide, 1000), 20);
}

TEST(Weight, OursIsMonotonicAndBounded) {
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same cases every time
    for (int round = 0; round < 200; ++round) {
        const int configured = std::uniform_int_distribution(1, 1000)(random);
        const int highest = std::uniform_int_distribution(configured, 5000)(random);
        const int lowest = std::uniform_int_distribution(0, configured)(random);
        const auto scale = bounded(configured, lowest, highest);
        int last = std::numeric_limits<int>::max();
        for (double load = 0; load < 20; load += 0.03) {
            const int weight = target(scale, load);
            EXPECT_LE(weight, last) << configured << " at " << load;
            EXPECT_GE(weight, lowest);
            EXPECT_LE(weight, highest);
            last = weight;
        }
    }
}

TEST(Weight, WithoutLimitsNoServerGetsMoreThanItsShareWhateverItSays) {
    std::mt19937 random(2);  // NOLINT(cert-msc51-cpp)
    std::uniform_real_distribution<double> loads(-1, 5);
    for (const int configured : {0, 1, 7, 100}) {
        const auto scale = bounded(configured);
        auto balance = at_first(scale);
        for (int i = 0; i < 1000; ++i) {
            balance = i % 7 == 0 ? after_agent(balance, {.percent = i % 257}, scale)
                                 : after_load(balance, loads(random), scale);
            EXPECT_LE(weight_at(balance, start, scale), configured);
            EXPECT_GE(weight_at(balance, start, scale), 0);
        }
    }
}

TEST(Weight, OursIsSmoothedAndSettles) {
    const auto scale = bounded(100);
    auto balance = after_load(at_first(scale), 1, scale);
    balance = after_load(balance, 9, scale);  // a spike counts half
    EXPECT_EQ(balance.weight, 20);
    for (int i = 0; i < 20; ++i) balance = after_load(balance, 2, scale);
    EXPECT_NEAR(balance.weight, 50, 5);
    EXPECT_EQ(balance.reason, "load 2.00");
    const auto settled = balance;
    EXPECT_EQ(after_load(balance, 2.05, scale).weight, settled.weight);  // too small to matter
}

TEST(Weight, WhatIsNoLoadChangesNothing) {
    const auto scale = bounded(100);
    const auto balance = after_load(at_first(scale), 3, scale);
    for (const double load : {std::nan(""), -1.0, HUGE_VAL})
        EXPECT_EQ(after_load(balance, load, scale), balance);
}

TEST(Weight, TheOriginalsClimbsToTenTimesAndNeverFallsBelow) {
    const auto scale = classic(100);
    auto balance = at_first(scale);
    balance = after_load(balance, 0, scale);
    EXPECT_EQ(balance.weight, 150);
    balance = after_load(balance, 0.875, scale);  // cbrt(1/8) = 1/2
    EXPECT_EQ(balance.weight, 175);
    EXPECT_EQ(after_load(balance, 1, scale).weight, 175);
    EXPECT_EQ(after_load(balance, 9, scale).weight, 100);
    EXPECT_EQ(after_load(balance, 1.001, scale).weight, 175);  // less than w/4
    for (int i = 0; i < 100; ++i) balance = after_load(balance, 0, scale);
    EXPECT_EQ(balance.weight, 1000);
    for (int i = 0; i < 100; ++i) balance = after_load(balance, 50, scale);
    EXPECT_EQ(balance.weight, 100);
}

TEST(Weight, AnAgentDrainsAndGivesBack) {
    const auto scale = bounded(40);
    auto balance = after_agent(at_first(scale), {.percent = 50}, scale);
    EXPECT_EQ(weight_at(balance, start, scale), 20);
    EXPECT_EQ(balance.reason, "agent: 50%");
    balance = after_agent(balance, {.wish = AgentWish::drain, .word = "drain"}, scale);
    EXPECT_EQ(weight_at(balance, start, scale), 0);
    balance = after_agent(balance, {.percent = 75}, scale);  // a share does not end a drain
    EXPECT_EQ(weight_at(balance, start, scale), 0);
    balance = after_agent(balance, {.wish = AgentWish::ready, .word = "up", .about = "well"}, scale);
    EXPECT_EQ(weight_at(balance, start, scale), 30);
    EXPECT_EQ(balance.reason, "agent: up (well)");
    EXPECT_EQ(weight_at(after_agent(balance, {.percent = 0}, scale), start, scale), 0);
    EXPECT_EQ(weight_at(after_agent(balance, {.percent = 200}, scale), start, scale), 40);
    EXPECT_EQ(weight_at(after_agent(balance, {.percent = 200}, bounded(40, {}, 100)), start, scale), 80);
    EXPECT_EQ(weight_at(after_agent(balance, {.percent = 1}, scale), start, scale), 1);
}

TEST(Weight, ASlowStartRampsUp) {
    const auto scale = scale_of(Formula::bounded, 100, {}, {}, seconds(10));
    const auto fresh = at_first(scale);
    EXPECT_EQ(weight_at(fresh, start, scale), 100);  // nothing to return from
    const auto back = after_return(fresh, start);
    EXPECT_EQ(weight_at(back, start, scale), 1);
    int last = 0;
    for (int second = 0; second <= 12; ++second) {
        const int weight = weight_at(back, start + seconds(second), scale);
        EXPECT_GE(weight, last);
        EXPECT_LE(weight, 100);
        last = weight;
    }
    EXPECT_EQ(weight_at(back, start + seconds(5), scale), 50);
    EXPECT_EQ(last, 100);
}

TEST(Weight, ARampGoesInFewStepsEndsOnTimeAndThenWakesNobody) {
    std::mt19937 random(2);  // NOLINT(cert-msc51-cpp): the same cases every time
    for (int round = 0; round < 2000; ++round) {
        const int configured =
            std::uniform_int_distribution(0, 1 << std::uniform_int_distribution(0, 16)(random))(random);
        const milliseconds slow(std::uniform_int_distribution(0, 100'000)(random));
        const auto scale = scale_of(Formula::bounded, configured, {}, {}, slow);
        const auto back = after_return(at_first(scale), start);
        SCOPED_TRACE(testing::Message() << "weight " << configured << " within " << slow.count() << " ms");
        auto now = start;
        int last = weight_at(back, now, scale);
        int steps = 0;
        for (auto due = next_step(back, now, scale); due; due = next_step(back, now, scale)) {
            ASSERT_GT(*due, now);
            ASSERT_LE(++steps, ramp_steps);
            now = *due;
            const int weight = weight_at(back, now, scale);
            EXPECT_GE(weight, last);
            last = weight;
        }
        EXPECT_EQ(last, configured);
        EXPECT_LE(now, start + slow);
        EXPECT_TRUE(configured <= 1 || slow.count() == 0 || now == start + slow);
        EXPECT_EQ(next_step(at_first(scale), start, scale), std::nullopt);  // nothing to return from
        EXPECT_LE(steps, std::max(configured, 1));                          // never one that changes nothing
    }
}

TEST(Weight, ARampWaitsForAnAgentThatWantsNoClients) {
    const auto scale = scale_of(Formula::bounded, 100, {}, {}, seconds(10));
    auto balance = after_return(at_first(scale), start);
    balance = after_agent(balance, {.wish = AgentWish::drain, .word = "drain"}, scale);
    EXPECT_EQ(next_step(balance, start, scale), std::nullopt);
    balance = after_agent(balance, {.wish = AgentWish::ready, .word = "up"}, scale);
    EXPECT_NE(next_step(balance, start + seconds(3), scale), std::nullopt);
}

TEST(Weight, AWeightOfNothingStaysNothing) {
    for (const auto formula : {Formula::bounded, Formula::classic}) {
        const auto scale = scale_of(formula, 0, {}, 50, seconds(10));
        EXPECT_EQ(weight_at(after_load(at_first(scale), 0, scale), start, scale), 0);
    }
}

}  // namespace
}  // namespace pulse::load
