#include "pulse/health/hysteresis.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pulse::health {
namespace {

using std::chrono::milliseconds;

using std::chrono::seconds;

const Outcome good;
const Outcome refused{.reason = Reason::connect_refused};
const TimePoint start{};

/// As the original: 6 s and 15 s make 2.
const Pace two{.interval = seconds(6), .retry_interval = seconds(6), .rise = 2};

Pace rise_and_fall(long long rise, long long fall) { return {.rise = rise, .fall = fall}; }

/// Plays '+' and '-' checks, a second apart; answers with one letter for the verdict after each: u is up, ?
/// unknown.
std::string played(const Pace& pace, std::string_view checks) {
    std::string verdicts;
    Standing standing;
    auto now = start;
    for (const char check : checks) {
        standing = step(standing, check == '+' ? good : refused, now += seconds(1), pace).standing;
        verdicts += standing.verdict == Verdict::unknown ? '?' : name(standing.verdict).front();
    }
    return verdicts;
}

TEST(Hysteresis, TheOriginalsRiseIsReentryDividedByInterval) {
    EXPECT_EQ(rise_of(milliseconds(6'000), milliseconds(15'000)), 2);
    EXPECT_EQ(rise_of(milliseconds(10'000), milliseconds(180'000)), 18);
    EXPECT_EQ(rise_of(milliseconds(10'000), milliseconds(5'000)), 0);
    EXPECT_EQ(rise_of(milliseconds(250), milliseconds(1'000)), 4);
    EXPECT_EQ(rise_of(milliseconds(0), milliseconds(1'000)), 0);
}

TEST(Hysteresis, OneFailureIsDownAndTheThresholdBringsBack) {
    EXPECT_EQ(played(two, "+"), "u");
    EXPECT_EQ(played(two, "+-++"), "uddu");
    EXPECT_EQ(played(two, "+-+-++"), "uddddu");
    EXPECT_EQ(played(two, "+++++-++"), "uuuuuddu");
    EXPECT_EQ(played(rise_and_fall(0, 1), "+-+-+"), "ududu");
    EXPECT_EQ(played(rise_and_fall(18, 1), "+-" + std::string(18, '+')), "u" + std::string(18, 'd') + "u");
}

TEST(Hysteresis, AServerThatWasNeverInComesInAtItsFirstSuccess) {
    EXPECT_EQ(played(two, "-+"), "du");
    EXPECT_EQ(played(two, "---+-++"), "ddduddu");  // from then on `rise` counts
    EXPECT_EQ(played(rise_and_fall(18, 3), "----+"), "??ddu");
}

TEST(Hysteresis, OneThatIsWellAgainSaysWhenItIsBack) {
    const Pace pace{.interval = seconds(10), .rise = 6, .hold_down = seconds(90)};
    auto standing = step({}, good, start, pace).standing;
    standing = step(standing, refused, start, pace).standing;
    EXPECT_EQ(back_in(standing, start, pace), Duration::zero());  // it is not well
    standing = step(standing, good, start, pace).standing;
    EXPECT_EQ(back_in(standing, start, pace), seconds(50));
    for (int i = 0; i < 5; ++i) standing = step(standing, good, start, pace).standing;
    EXPECT_EQ(standing.verdict, Verdict::up);
    EXPECT_EQ(back_in(standing, start, pace), Duration::zero());
    standing = step(standing, refused, start, pace).standing;  // too soon: it is held down
    standing = step(standing, good, start, pace).standing;
    EXPECT_EQ(back_in(standing, start + seconds(10), pace), seconds(80));
    EXPECT_EQ(step(forgiven(standing), good, start, pace).standing.verdict, Verdict::up);
}

TEST(Hysteresis, FallIsHowManyFailuresItTakes) {
    EXPECT_EQ(played(rise_and_fall(2, 3), "+--+---++"), "uuuuuuddu");
    EXPECT_EQ(played(rise_and_fall(2, 3), "--+"), "??u");  // nothing is certain of it yet
    EXPECT_EQ(played(rise_and_fall(2, 3), "+---++"), "uuuddu");
    EXPECT_EQ(played(rise_and_fall(1, 2), "--+"), "?du");
}

TEST(Hysteresis, ServersChangeOnlyAfterThatManyAlike) {
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same cases every time
    for (int round = 0; round < 300; ++round) {
        const auto pace =
            rise_and_fall(static_cast<long long>(random() % 5), 1 + static_cast<long long>(random() % 4));
        std::string checks;
        for (int i = 0; i < 60; ++i) checks += random() % 3 == 0 ? '-' : '+';
        const auto verdicts = played(pace, checks);
        for (std::size_t i = 1; i < checks.size(); ++i) {
            if (verdicts[i] == verdicts[i - 1]) continue;
            const bool up = verdicts[i] == 'u';
            const auto needed = static_cast<std::size_t>(up ? std::max(pace.rise, 1LL) : pace.fall);
            if (up && verdicts.find('u') == i) continue;  // it was never in
            ASSERT_GE(i + 1, needed) << checks;
            EXPECT_EQ(checks.substr(i + 1 - needed, needed), std::string(needed, up ? '+' : '-'))
                << checks << verdicts;
        }
    }
}

TEST(Hysteresis, AFailureInDoubtIsConfirmedFast) {
    const Pace pace{.interval = seconds(10), .retry_interval = seconds(1), .rise = 1, .fall = 2};
    auto standing = step(Standing{}, good, start, pace).standing;
    EXPECT_EQ(pause_after(standing, pace), seconds(10));
    standing = step(standing, refused, start, pace).standing;
    EXPECT_EQ(pause_after(standing, pace), seconds(1));
    standing = step(standing, refused, start, pace).standing;
    EXPECT_EQ(standing.verdict, Verdict::down);
    EXPECT_EQ(pause_after(standing, pace), seconds(10));
}

/// A server that is up, fails at once, and returns as soon as it may: how long it stays out each time.
std::vector<seconds> absences(const Pace& pace, int times, seconds up_between) {
    std::vector<seconds> all;
    auto now = start;
    auto standing = step(Standing{}, good, now, pace).standing;
    for (int i = 0; i < times; ++i) {
        now += up_between;
        const auto failed = now;
        standing = step(standing, refused, now, pace).standing;
        while (standing.verdict != Verdict::up)
            standing = step(standing, good, now += seconds(1), pace).standing;
        all.push_back(std::chrono::duration_cast<seconds>(now - failed));
    }
    return all;
}

TEST(Hysteresis, WhoFailsAgainAndAgainIsHeldDownForLonger) {
    const Pace pace{.rise = 1, .hold_down = seconds(30)};
    EXPECT_EQ(absences(pace, 4, seconds(5)),
              (std::vector<seconds>{seconds(1), seconds(30), seconds(60), seconds(120)}));
    EXPECT_EQ(absences(pace, 20, seconds(5)).back(), seconds(30) * longest_hold);
    // One that stays up long enough is forgiven.
    EXPECT_EQ(absences(pace, 4, seconds(300)), std::vector<seconds>(4, seconds(1)));
    EXPECT_EQ(absences({.rise = 1}, 4, seconds(5)), std::vector<seconds>(4, seconds(1)));  // off
}

TEST(Hysteresis, AnOperatorForgives) {
    const Pace pace{.rise = 1, .hold_down = seconds(30)};
    Standing standing;
    for (const auto* outcome : {&good, &refused, &good, &refused})
        standing = step(standing, *outcome, start, pace).standing;
    EXPECT_EQ(standing.hold, seconds(30));
    EXPECT_EQ(step(standing, good, start + seconds(1), pace).standing.verdict, Verdict::down);
    standing = wear(standing, Glasses::none).standing;
    EXPECT_EQ(standing.hold, seconds(0));
    EXPECT_EQ(step(standing, good, start + seconds(1), pace).standing.verdict, Verdict::up);
}

TEST(Hysteresis, WhoIsForgivenIsInAtTheNextGoodCheck) {
    const Pace pace{.rise = 3, .hold_down = seconds(30)};
    auto standing = step(Standing{}, good, start, pace).standing;
    const auto fail_and_return = [&] {
        standing = step(standing, refused, start, pace).standing;
        for (int i = 0; i < 3; ++i) standing = step(standing, good, start, pace).standing;
    };
    fail_and_return();
    EXPECT_EQ(standing.flaps, 0);
    EXPECT_EQ(held_for(standing, start), Duration::zero());
    fail_and_return();
    EXPECT_EQ(standing.verdict, Verdict::down);
    EXPECT_EQ(standing.flaps, 1);
    EXPECT_EQ(held_for(standing, start + seconds(10)), seconds(20));
    EXPECT_EQ(held_for(standing, start + seconds(40)), Duration::zero());
    EXPECT_EQ(held_for(wear(standing, Glasses::opaque).standing, start), Duration::zero());

    standing = forgiven(standing);
    EXPECT_EQ(standing.verdict, Verdict::down);
    EXPECT_EQ(held_for(standing, start), Duration::zero());
    standing = step(standing, good, start + seconds(1), pace).standing;
    EXPECT_EQ(standing.verdict, Verdict::up);
    standing = step(standing, refused, start + seconds(2), pace).standing;
    EXPECT_EQ(standing.flaps, 0);
    EXPECT_EQ(standing.hold, Duration::zero());
}

TEST(Hysteresis, FlapsAreCountedUntilOneIsForgotten) {
    const Pace pace{.rise = 1, .hold_down = seconds(1)};
    auto now = start;
    auto standing = step(Standing{}, good, now, pace).standing;
    for (const int flaps : {0, 1, 2, 3}) {
        standing = step(standing, refused, now, pace).standing;
        EXPECT_EQ(standing.flaps, flaps);
        standing = step(standing, good, now += seconds(60), pace).standing;
    }
    standing = step(standing, refused, now + seconds(600), pace).standing;
    EXPECT_EQ(standing.flaps, 0);
}

TEST(Hysteresis, FirstChecksAreSpreadEvenlyOverTheInterval) {
    std::array<int, 10> parts{};
    for (std::uint64_t identity = 0; identity < 10'000; ++identity) {
        const auto pause = spread(milliseconds(5'000), identity);
        ASSERT_GT(pause.count(), 0);
        ASSERT_LE(pause, milliseconds(5'000));
        ++parts.at(
            static_cast<std::size_t>(std::min<Duration>(pause, milliseconds(4'999)) / milliseconds(500)));
        EXPECT_EQ(pause, spread(milliseconds(5'000), identity));
    }
    for (const int part : parts) EXPECT_NEAR(part, 1'000, 100);
}

TEST(Hysteresis, NoServerThatBreaksGoesUnnoticedForLongerThanIsSaid) {
    std::mt19937 random(3);  // NOLINT(cert-msc51-cpp): the same cases every time
    const auto upto = [&](Duration most) {
        return Duration(std::uniform_int_distribution<Duration::rep>(0, most.count())(random));
    };
    Duration closest = std::chrono::hours(1);
    for (int round = 0; round < 2000; ++round) {
        const Pace pace{.interval = milliseconds(1'000 + upto(seconds(5)) / milliseconds(1)),
                        .retry_interval = milliseconds(100 + upto(seconds(5)) / milliseconds(1)),
                        .rise = 1,
                        .fall = std::uniform_int_distribution(1, 4)(random)};
        const milliseconds limit(100 + upto(seconds(5)) / milliseconds(1));
        auto now = start;
        const auto breaks = start + upto(seconds(60));
        Standing standing;
        while (standing.verdict != Verdict::down) {
            auto takes = upto(limit);
            const bool broken = now + takes >= breaks;  // its answer would have come too late
            if (broken && round % 2 == 0) takes = limit;
            now += takes;
            standing = step(standing, broken ? refused : good, now, pace).standing;
            if (standing.verdict != Verdict::down) now += pause_after(standing, pace);
        }
        const auto unnoticed = now - breaks;
        const auto said = longest_unnoticed(pace, limit);
        EXPECT_LE(unnoticed, said);
        closest = std::min(closest, said - unnoticed);
    }
    EXPECT_LT(closest, milliseconds(500));  // and not much less
}

TEST(Hysteresis, ACheckThatCouldNotBeTriedChangesNothing) {
    const Outcome untried{.reason = Reason::local_failure, .number = EMFILE};
    const Standing fresh;
    EXPECT_EQ(step(fresh, untried, start, two).standing, fresh);
    const auto up = step(fresh, good, start, two).standing;
    EXPECT_EQ(step(up, untried, start, two).standing, up);
    EXPECT_FALSE(step(up, untried, start, two).change);
}

TEST(Hysteresis, OnlyAChangedVerdictIsAChange) {
    const Standing fresh;
    const auto up = step(fresh, good, start, two);
    EXPECT_EQ(up.change, (Change{.from = Verdict::unknown, .to = Verdict::up}));
    EXPECT_EQ(step(up.standing, good, start, two).change, std::nullopt);
    const auto down = step(up.standing, refused, start, two);
    EXPECT_EQ(down.change, (Change{.from = Verdict::up, .to = Verdict::down, .reason = "connect refused"}));
    EXPECT_EQ(step(down.standing, refused, start, two).change, std::nullopt);
    EXPECT_EQ(step(fresh, refused, start, two).change,
              (Change{.from = Verdict::unknown, .to = Verdict::down, .reason = "connect refused"}));
}

TEST(Hysteresis, GlassesOverrideChecksUntilTakenOff) {
    const auto up = step(Standing{}, good, start, two).standing;
    const auto opaque = wear(up, Glasses::opaque);
    EXPECT_EQ(opaque.change, (Change{.from = Verdict::up, .to = Verdict::down, .reason = "forced down"}));
    EXPECT_EQ(step(opaque.standing, good, start, two).standing, opaque.standing);

    const auto rose = wear(opaque.standing, Glasses::rose_coloured);
    EXPECT_EQ(rose.change, (Change{.from = Verdict::down, .to = Verdict::up}));
    EXPECT_EQ(step(rose.standing, refused, start, two).standing, rose.standing);

    const auto off = wear(rose.standing, Glasses::none);
    EXPECT_EQ(off.change, std::nullopt);
    EXPECT_EQ(step(off.standing, refused, start, two).standing.verdict, Verdict::down);
}

TEST(Hysteresis, AfterTheGlassesTheFirstGoodCheckAdmits) {
    Standing standing;
    standing = wear(step(standing, refused, start, two).standing, Glasses::opaque).standing;
    standing = wear(standing, Glasses::none).standing;
    EXPECT_EQ(standing.verdict, Verdict::down);
    EXPECT_EQ(step(standing, good, start, two).standing.verdict, Verdict::up);
}

TEST(Hysteresis, ChecksDoNotCountForEver) {
    Standing standing;
    for (int i = 0; i < 1000; ++i) standing = step(standing, good, start, two).standing;
    EXPECT_EQ(standing.good, 3);
    for (int i = 0; i < 1000; ++i) standing = step(standing, refused, start, two).standing;
    EXPECT_EQ(standing.bad, 1);
}

}  // namespace
}  // namespace pulse::health
