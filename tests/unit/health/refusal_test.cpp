#include "pulse/health/refusal.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace pulse::health {
namespace {

using std::chrono::seconds;

const Outcome refused{.reason = Reason::connect_refused};
const Outcome silent{.silent = true};
const Outcome answered{};

/// A check every second: what became of it, as r(efused), s(ilent) or a(nswered), and what it counts as, good
/// or bad.
std::string counted(const std::string& checks) {
    std::string result;
    std::optional<TimePoint> memory;
    TimePoint now{};
    for (const char each : checks) {
        now += seconds(1);
        const auto weighed = weigh_silence(each == 'r'   ? refused
                                           : each == 's' ? silent
                                                         : answered,
                                           memory, now);
        memory = weighed.refused;
        result += weighed.outcome.good() ? '+' : '-';
    }
    return result;
}

TEST(Silence, IsGoodWhileThereWasNoRefusal) { EXPECT_EQ(counted("ssssss"), "++++++"); }

/// Its host says "port unreachable" once a second, for all its ports: this one has its turn now and then.
TEST(Silence, AfterARefusalIsNotARecovery) { EXPECT_EQ(counted("srsssssrssss"), "+-----------"); }

TEST(Silence, EndsWithAnAnswer) { EXPECT_EQ(counted("rssasss"), "---++++"); }

TEST(Silence, OfAMinuteIsBelievedAgain) {
    EXPECT_EQ(counted("r" + std::string(62, 's')), std::string(60, '-') + "+++");
    EXPECT_EQ(counted("r" + std::string(59, 's') + "rs"), std::string(62, '-'));
}

TEST(Silence, IsNoConcernOfServersThatMustAnswer) {
    EXPECT_EQ(counted("rara"), "-+-+");
    const Outcome timed_out{.reason = Reason::read_timed_out};
    EXPECT_EQ(weigh_silence(timed_out, TimePoint{}, TimePoint{} + seconds(1)),
              (Weighed{timed_out, TimePoint{}}));
}

TEST(Silence, AfterAnUnreachableHostIsNotARecoveryEither) {
    const auto unreachable = weigh_silence({.reason = Reason::connect_failed}, std::nullopt, TimePoint{});
    EXPECT_EQ(text(weigh_silence(silent, unreachable.refused, TimePoint{} + seconds(5)).outcome),
              "only silent since it refused");
}

TEST(UnevenPause, StaysBetweenThreeQuartersAndTheWhole) {
    std::set<Duration> seen;
    for (std::uint64_t random = 0; random < 5000; ++random) {
        const auto pause = uneven(seconds(8), random);
        EXPECT_LE(pause, seconds(8));
        EXPECT_GT(pause, seconds(6));
        seen.insert(pause);
    }
    EXPECT_GT(seen.size(), 1000U);
}

/// Six dead servers on one host, each asked every second, and a host that answers one of them a second: all
/// must be found out, and none believed again.
TEST(UnevenPause, GivesEachOfManyPortsItsTurnToBeRefused) {
    struct Port {
        TimePoint next;
        std::optional<TimePoint> refused;
        int good_after_a_minute = 0;
    };
    std::array<Port, 6> ports{};
    for (std::size_t i = 0; i < ports.size(); ++i)
        ports[i].next = TimePoint{} + std::chrono::milliseconds(150 * i);
    TimePoint allowed{};
    std::uint64_t random = 12345;
    for (TimePoint now{}; now < TimePoint{} + std::chrono::minutes(10);) {
        auto& port = *std::ranges::min_element(ports, {}, &Port::next);
        now = port.next;
        const bool told = now >= allowed;
        if (told) allowed = now + seconds(1);
        const auto weighed = weigh_silence(told ? refused : silent, port.refused, now);
        port.refused = weighed.refused;
        if (weighed.outcome.good() && now > TimePoint{} + std::chrono::minutes(1)) ++port.good_after_a_minute;
        random = random * 6364136223846793005U + 1442695040888963407U;
        port.next = now + uneven(seconds(1), random >> 33U);
    }
    for (const auto& port : ports) EXPECT_EQ(port.good_after_a_minute, 0);
}

}  // namespace
}  // namespace pulse::health
