#include "pulse/health/hysteresis.h"

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

namespace pulse::health {
namespace {

using std::chrono::milliseconds;

const Outcome good;
const Outcome refused{.reason = Reason::connect_refused};

/// Plays '+' and '-' checks; answers with one letter for the verdict after each.
std::string played(Standing standing, std::string_view checks) {
    std::string verdicts;
    for (const char check : checks) {
        standing = step(standing, check == '+' ? good : refused).standing;
        verdicts += name(standing.verdict).front();
    }
    return verdicts;
}

TEST(Hysteresis, ThresholdIsReentryDividedByInterval) {
    EXPECT_EQ(newcomer(milliseconds(6'000), milliseconds(15'000)).threshold, 2);
    EXPECT_EQ(newcomer(milliseconds(10'000), milliseconds(180'000)).threshold, 18);
    EXPECT_EQ(newcomer(milliseconds(10'000), milliseconds(5'000)).threshold, 0);
    EXPECT_EQ(newcomer(milliseconds(250), milliseconds(1'000)).threshold, 4);
    EXPECT_EQ(newcomer(milliseconds(0), milliseconds(1'000)).threshold, 0);
}

TEST(Hysteresis, OneFailureIsDownAndTheThresholdBringsBack) {
    const auto two = newcomer(milliseconds(6'000), milliseconds(15'000));
    EXPECT_EQ(played(two, "+"), "u");  // up ("unknown" cannot follow a check)
    EXPECT_EQ(step(two, good).standing.verdict, Verdict::up);
    EXPECT_EQ(played(two, "+-++"), "uddu");
    EXPECT_EQ(played(two, "-++"), "ddu");
    EXPECT_EQ(played(two, "-+-++"), "ddddu");
    EXPECT_EQ(played(two, "+++++-++"), "uuuuuddu");

    const auto immediate = newcomer(milliseconds(10'000), milliseconds(5'000));
    EXPECT_EQ(played(immediate, "+-+-+"), "ududu");

    const auto eighteen = newcomer(milliseconds(10'000), milliseconds(180'000));
    EXPECT_EQ(played(eighteen, "-" + std::string(18, '+')), std::string(18, 'd') + "u");
}

TEST(Hysteresis, ACheckThatCouldNotBeTriedChangesNothing) {
    const Outcome untried{.reason = Reason::local_failure, .number = EMFILE};
    const auto fresh = newcomer(milliseconds(6'000), milliseconds(15'000));
    EXPECT_EQ(step(fresh, untried).standing, fresh);
    const auto up = step(fresh, good).standing;
    EXPECT_EQ(step(up, untried).standing, up);
    EXPECT_FALSE(step(up, untried).change);
}

TEST(Hysteresis, OnlyAChangedVerdictIsAChange) {
    const auto start = newcomer(milliseconds(10), milliseconds(20));
    const auto up = step(start, good);
    EXPECT_EQ(up.change, (Change{.from = Verdict::unknown, .to = Verdict::up}));
    EXPECT_EQ(step(up.standing, good).change, std::nullopt);
    const auto down = step(up.standing, refused);
    EXPECT_EQ(down.change, (Change{.from = Verdict::up, .to = Verdict::down, .reason = "connect refused"}));
    EXPECT_EQ(step(down.standing, refused).change, std::nullopt);
    EXPECT_EQ(step(start, refused).change,
              (Change{.from = Verdict::unknown, .to = Verdict::down, .reason = "connect refused"}));
}

TEST(Hysteresis, GlassesOverrideChecksUntilTakenOff) {
    const auto up = step(newcomer(milliseconds(10), milliseconds(30)), good).standing;
    const auto opaque = wear(up, Glasses::opaque);
    EXPECT_EQ(opaque.change, (Change{.from = Verdict::up, .to = Verdict::down, .reason = "forced down"}));
    EXPECT_EQ(step(opaque.standing, good).standing, opaque.standing);

    const auto rose = wear(opaque.standing, Glasses::rose_coloured);
    EXPECT_EQ(rose.change, (Change{.from = Verdict::down, .to = Verdict::up}));
    EXPECT_EQ(step(rose.standing, refused).standing, rose.standing);

    const auto off = wear(rose.standing, Glasses::none);
    EXPECT_EQ(off.change, std::nullopt);
    EXPECT_EQ(step(off.standing, refused).standing.verdict, Verdict::down);
}

TEST(Hysteresis, AfterTheGlassesTheFirstGoodCheckAdmits) {
    auto standing = newcomer(milliseconds(10), milliseconds(180));
    standing = wear(step(standing, refused).standing, Glasses::opaque).standing;
    standing = wear(standing, Glasses::none).standing;
    EXPECT_EQ(standing.verdict, Verdict::down);
    EXPECT_EQ(step(standing, good).standing.verdict, Verdict::up);
}

TEST(Hysteresis, GoodChecksDoNotCountForEver) {
    auto standing = newcomer(milliseconds(10), milliseconds(30));
    for (int i = 0; i < 1000; ++i) standing = step(standing, good).standing;
    EXPECT_EQ(standing.good, 4);
}

}  // namespace
}  // namespace pulse::health
