#include "pulse/failover/announcement.h"

#include <map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace pulse::failover {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1h};

/// One telling of one address.
struct Told {
    std::size_t address = 0;
    int sweep = 0;
    TimePoint when;
};

struct Course {
    std::vector<Told> told;
    std::vector<TimePoint> finished;
    bool over = false;
};

/// Lets an announcement run until it is over or `until`; the loop wakes up to `late` late.
Course run(std::size_t addresses, const AnnouncementSettings& settings, TimePoint until,
           Duration late = Duration{0}) {
    Course course;
    auto at = Announcement::beginning(start);
    for (auto now = start; now < until;) {
        const auto step = next_step(at, addresses, now, settings);
        EXPECT_LE(step.count, max_announced_at_once);
        for (std::size_t i = 0; i < step.count; ++i) course.told.push_back({step.first + i, step.sweep, now});
        if (step.finished) course.finished.push_back(now);
        if (step.over) {
            course.over = true;
            break;
        }
        EXPECT_TRUE(step.then != at || step.wake_at > now) << "it would spin";
        at = step.then;
        if (step.wake_at > now) now = step.wake_at + late;
    }
    return course;
}

TEST(Announcement, OneAddressIsToldInBothFormsFiveTimesASecondApart) {
    const auto course = run(1, {}, start + 1min);
    ASSERT_EQ(course.told.size(), 10U);
    for (std::size_t i = 0; i < 10; ++i) {
        EXPECT_EQ(course.told[i].sweep, static_cast<int>(i % 2));
        EXPECT_EQ(course.told[i].when, start + std::chrono::seconds(i / 2));
    }
    ASSERT_EQ(course.finished.size(), 1U);
    EXPECT_EQ(course.finished.front(), start + 4s);
    EXPECT_TRUE(course.over);
}

TEST(Announcement, EveryAddressIsToldOnceBeforeAnyIsToldTwice) {
    const auto course = run(1000, {}, start + 1min);
    ASSERT_EQ(course.told.size(), 10'000U);
    std::map<std::size_t, int> times;
    for (std::size_t i = 0; i < course.told.size(); ++i)
        EXPECT_EQ(times[course.told[i].address]++, static_cast<int>(i / 1000));
}

TEST(Announcement, TheFirstSweepOverAThousandTakesLessThanFiftyMilliseconds) {
    for (const Duration late : {Duration{0}, Duration{1ms}, Duration{10ms}}) {
        const auto course = run(1000, {}, start + 1min, late);
        EXPECT_LE(course.told[999].when - start, 50ms);
    }
}

TEST(Announcement, NoSecondSeesMoreThanItsRate) {
    const AnnouncementSettings settings;
    const auto course = run(3000, settings, start + 10s);
    for (std::size_t i = 3000, from = 3000; i < course.told.size(); ++i) {
        while (course.told[i].when - course.told[from].when > 1s) ++from;
        EXPECT_LE(i - from, static_cast<std::size_t>(settings.calm_rate) + max_announced_at_once);
    }
}

TEST(Announcement, ARoundThatTakesLongerThanTheIntervalIsFinishedFirst) {
    // 10,000 at the calm rate take 2.5 s for a sweep.
    const auto course = run(10'000, {}, start + 2min);
    EXPECT_EQ(course.told.size(), 100'000U);
    EXPECT_TRUE(course.over);
}

TEST(Announcement, RepeatAndIntervalAreAsAskedFor) {
    const auto course = run(2, {.repeat = 3, .interval = 250ms}, start + 1min);
    EXPECT_EQ(course.told.size(), 12U);
    EXPECT_EQ(course.told.back().when, start + 500ms);
    EXPECT_TRUE(course.over);
}

TEST(Announcement, ARefreshGoesOnAndTheScheduleFinishesOnce) {
    const auto course = run(1, {.repeat = 2, .interval = 1s, .refresh = 10s}, start + 35s);
    ASSERT_EQ(course.told.size(), 10U);
    EXPECT_EQ(course.told[4].when, start + 11s);
    EXPECT_EQ(course.told[8].when, start + 31s);
    EXPECT_EQ(course.finished.size(), 1U);
    EXPECT_FALSE(course.over);
}

TEST(Announcement, ALoopThatWasStoppedDoesNotMakeUpForRoundsItMissed) {
    auto at = Announcement::beginning(start);
    for (int i = 0; i < 2; ++i) at = next_step(at, 1, start, {}).then;
    const auto woken = start + 1h;
    int at_once = 0;
    for (;; ++at_once) {
        const auto step = next_step(at, 1, woken, {});
        at = step.then;
        if (step.wake_at > woken) break;
    }
    EXPECT_LE(at_once, 2);
}

TEST(Announcement, WithoutAddressesItIsOverSoon) {
    const auto course = run(0, {}, start + 1min);
    EXPECT_TRUE(course.told.empty());
    EXPECT_TRUE(course.over);
}

}  // namespace
}  // namespace pulse::failover
