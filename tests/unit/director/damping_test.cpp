#include "pulse/director/damping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::director {
namespace {

using health::Report;
using health::Verdict;
using std::chrono::milliseconds;
using testing::IsEmpty;
using testing::SizeIs;

const MonitorKey alpha{ipvs::ServiceId::marked({7}), {*net::IpAddress::parse("10.0.1.11"), {80}}};
const MonitorKey bravo{ipvs::ServiceId::marked({7}), {*net::IpAddress::parse("10.0.1.12"), {80}}};
const TimePoint start{std::chrono::hours(1)};

Report flip(int number) { return {.verdict = number % 2 == 0 ? Verdict::up : Verdict::down}; }

TEST(Damping, AFloodOfVerdictsTurnsTheTableOverOnlySoOften) {
    Damping damping;
    int taken = 0;
    for (int i = 0; i < 4'000; ++i)  // in 9 s
        if (damping.take(alpha, flip(i), start + i * milliseconds(9) / 4)) ++taken;
    EXPECT_LE(taken, Damping::allowed.burst + 5);
    EXPECT_GE(taken, Damping::allowed.burst);
    EXPECT_EQ(damping.put_off().at(alpha), 4'000 - taken);
    EXPECT_THAT(damping.put_off(), IsEmpty());
    EXPECT_TRUE(damping.take(bravo, flip(1), start));  // nobody else suffers
}

TEST(Damping, InTheEndTheTableIsWhatWasSaidLast) {
    Damping damping;
    for (int i = 0; i <= Damping::allowed.burst; ++i) (void)damping.take(alpha, flip(i), start);
    (void)damping.take(alpha, {.verdict = Verdict::down, .reason = "last"}, start);
    EXPECT_THAT(damping.due(start), IsEmpty());
    const auto due = damping.due(start + Damping::allowed.pause);
    ASSERT_THAT(due, SizeIs(1));
    EXPECT_EQ(due[0].second.reason, "last");
    EXPECT_TRUE(damping.take(alpha, due[0].second, start + Damping::allowed.pause));
    EXPECT_THAT(damping.due(start + std::chrono::hours(1)), IsEmpty());
}

TEST(Damping, WhatIsSaidAgainAsItIsNeedsNoChange) {
    Damping damping;
    for (int i = 0; i <= Damping::allowed.burst; ++i) (void)damping.take(alpha, flip(i), start);
    damping.settle(alpha);
    EXPECT_THAT(damping.due(start + std::chrono::hours(1)), IsEmpty());
}

TEST(Damping, AServerThatFailsAndReturnsNowAndThenIsNeverKeptWaiting) {
    Damping damping;
    auto now = start;
    for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(damping.take(alpha, flip(i), now += std::chrono::seconds(2)));
}

TEST(Damping, WhoIsGoneIsForgotten) {
    Damping damping;
    for (int i = 0; i <= Damping::allowed.burst; ++i) (void)damping.take(alpha, flip(i), start);
    damping.tidy({{bravo, {}}});
    EXPECT_THAT(damping.put_off(), IsEmpty());
    EXPECT_TRUE(damping.take(alpha, flip(1), start));
}

}  // namespace
}  // namespace pulse::director
