#include "lvsd_watch.h"

#include <gtest/gtest.h>

namespace pulse::daemon {
namespace {

using Finding = LvsdWatch::Finding;

/// The finding of the last of so many rounds.
Finding rounds(LvsdWatch& watch, int count) {
    auto finding = Finding::fine;
    for (int i = 0; i < count; ++i) finding = watch.round();
    return finding;
}

TEST(LvsdWatch, AFrozenLvsdIsNoticedThenReplaced) {
    LvsdWatch watch;
    EXPECT_FALSE(watch.heard());
    EXPECT_EQ(rounds(watch, LvsdWatch::noticed_after - 1), Finding::fine);
    EXPECT_FALSE(watch.silent());
    EXPECT_EQ(watch.round(), Finding::fell_silent);
    EXPECT_TRUE(watch.silent());
    EXPECT_EQ(rounds(watch, LvsdWatch::replaced_after - LvsdWatch::noticed_after - 1), Finding::fine);
    EXPECT_EQ(watch.round(), Finding::hopeless);
}

TEST(LvsdWatch, AnAnswerInBetweenStartsTheCountAnew) {
    LvsdWatch watch;
    watch.heard();
    (void)rounds(watch, LvsdWatch::replaced_after - 1);
    EXPECT_TRUE(watch.heard()) << "that it is back is worth a word";
    EXPECT_FALSE(watch.silent());
    EXPECT_FALSE(watch.heard());
    EXPECT_EQ(rounds(watch, LvsdWatch::replaced_after - 1), Finding::fine);
}

TEST(LvsdWatch, OneThatHasNotSpokenYetHasLonger) {
    LvsdWatch watch;
    EXPECT_EQ(rounds(watch, LvsdWatch::replaced_after_at_start - 1), Finding::fine);
    EXPECT_EQ(watch.round(), Finding::hopeless);
}

}  // namespace
}  // namespace pulse::daemon
