#include "lvsd_watch.h"

#include <gtest/gtest.h>

namespace pulse::daemon {
namespace {

using Finding = LvsdWatch::Finding;

constexpr bool idle = false;
constexpr bool busy = true;

/// The finding of the last of so many rounds.
Finding rounds(LvsdWatch& watch, int count, bool worked) {
    auto finding = Finding::fine;
    for (int i = 0; i < count; ++i) finding = watch.round(worked);
    return finding;
}

TEST(LvsdWatch, AFrozenLvsdIsNoticedThenReplaced) {
    LvsdWatch watch;
    EXPECT_FALSE(watch.heard());
    EXPECT_EQ(rounds(watch, LvsdWatch::noticed_after - 1, idle), Finding::fine);
    EXPECT_FALSE(watch.silent());
    EXPECT_EQ(watch.round(idle), Finding::fell_silent);
    EXPECT_TRUE(watch.silent());
    EXPECT_EQ(rounds(watch, LvsdWatch::idle_limit - LvsdWatch::noticed_after - 1, idle), Finding::fine);
    EXPECT_EQ(watch.round(idle), Finding::hopeless);
    EXPECT_EQ(watch.round(idle), Finding::fine) << "it is killed once";
}

TEST(LvsdWatch, AnAnswerInBetweenStartsTheCountAnew) {
    LvsdWatch watch;
    watch.heard();
    (void)rounds(watch, LvsdWatch::idle_limit - 1, idle);
    EXPECT_TRUE(watch.heard()) << "that it is back is worth a word";
    EXPECT_FALSE(watch.silent());
    EXPECT_FALSE(watch.heard());
    EXPECT_EQ(rounds(watch, LvsdWatch::idle_limit - 1, idle), Finding::fine);
}

TEST(LvsdWatch, OneThatWorksHasLonger) {
    LvsdWatch watch;
    watch.heard();
    EXPECT_EQ(rounds(watch, LvsdWatch::busy_limit - 1, busy), Finding::fine);
    EXPECT_TRUE(watch.silent()) << "but it is shown";
    EXPECT_EQ(watch.round(busy), Finding::hopeless) << "it turns in circles";
}

TEST(LvsdWatch, OneThatHasNotSpokenYetHasLonger) {
    LvsdWatch watch;
    EXPECT_EQ(rounds(watch, LvsdWatch::noticed_after, idle), Finding::fine);
    EXPECT_EQ(rounds(watch, LvsdWatch::busy_limit - LvsdWatch::noticed_after - 1, idle), Finding::fine);
    EXPECT_FALSE(watch.silent()) << "status says that it is starting";
    EXPECT_EQ(watch.round(idle), Finding::hopeless);
}

}  // namespace
}  // namespace pulse::daemon
