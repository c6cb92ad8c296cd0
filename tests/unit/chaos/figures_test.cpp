// What a chaos run makes of what its client saw.
#include "figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::chaos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto ok = Outcome::ok;
constexpr auto failed = Outcome::failed;

Window window(const std::string& kind, double begin, double end, Cost cost = Cost::nothing) {
    return {.kind = kind, .cost = cost, .begin = begin, .end = end};
}

TEST(ChaosFigures, CountARequestForTheFaultDuringWhichItBegan) {
    const auto kinds =
        by_kind({window("one", 0, 10), window("other", 10, 20), window("one", 20, 30)},
                {{25, failed, "refused"}, {1, ok, "alpha"}, {11, ok, "alpha"}, {21, ok, "bravo"}});
    EXPECT_EQ(kinds.at("one").times, 2);
    EXPECT_EQ(kinds.at("one").requests, 3);
    EXPECT_EQ(kinds.at("one").failed, 1);
    EXPECT_EQ(kinds.at("one").reasons.at("refused"), 1);
    EXPECT_EQ(kinds.at("other").requests, 1);
    EXPECT_EQ(kinds.at("other").failed, 0);
}

TEST(ChaosFigures, AGapIsBetweenGoodRequestsWithABadOneBetween) {
    const auto gap = [](const std::vector<Request>& requests) {
        return by_kind({window("one", 0, 10)}, requests).at("one").worst_gap;
    };
    EXPECT_DOUBLE_EQ(gap({{1, ok, ""}, {4, ok, ""}}), 0) << "nobody asked meanwhile";
    EXPECT_DOUBLE_EQ(gap({{1, ok, ""}, {2, failed, ""}, {4, ok, ""}, {5, ok, ""}}), 3);
    EXPECT_DOUBLE_EQ(gap({{1, ok, ""}, {2, failed, ""}}), 9) << "until the end of the window";
    EXPECT_DOUBLE_EQ(gap({{2, failed, ""}, {3, ok, ""}}), 3) << "since its beginning";
    EXPECT_DOUBLE_EQ(gap({{1, ok, ""}, {2, Outcome::wrong, ""}, {3, ok, ""}}), 2);
}

TEST(ChaosFigures, OnlyWhatCutsTrafficMayFailRequestsAndNothingMayAnswerWrongly) {
    const std::vector<Request> bad{{1, failed, ""}, {2, Outcome::broken, ""}, {3, ok, ""}};
    EXPECT_THAT(complaints(by_kind({window("power", 0, 10, Cost::traffic)}, bad)), IsEmpty());
    EXPECT_THAT(complaints(by_kind({window("reload", 0, 10)}, bad)),
                ElementsAre("reload: 1 of 2 requests failed", "reload: 1 long connections broke"));
    EXPECT_THAT(complaints(by_kind({window("power", 0, 10, Cost::traffic)}, {{1, Outcome::wrong, ""}})),
                ElementsAre("power: 1 wrong answers"));
    EXPECT_THAT(complaints(by_kind({window("reload", 0, 10)}, {{1, ok, ""}})), IsEmpty());
}

TEST(ChaosFigures, AFaultDuringWhichNobodyAskedProvesNothing) {
    EXPECT_THAT(complaints(by_kind({window("reload", 0, 10)}, {})), ElementsAre("reload: nobody asked"));
}

TEST(ChaosFigures, ADaemonGrowsOnlyAgainstItsOwnBeginning) {
    const Sample first{
        .router = "primary", .program = "lvsd", .pid = 7, .time = 0, .resident = 9000, .descriptors = 20};
    auto last = first;
    last.time = 100;
    last.resident = 14000;
    last.descriptors = 24;
    EXPECT_THAT(growth({first, last}), IsEmpty());
    last.descriptors = 40;
    EXPECT_THAT(growth({first, last}), ElementsAre(HasSubstr("from 20 to 40 descriptors in 100 s")));
    last.pid = 8;
    EXPECT_THAT(growth({first, last}), IsEmpty()) << "another process";
    last = first;
    last.resident = 40000;
    EXPECT_THAT(growth({first, last}), ElementsAre(HasSubstr("from 9000 to 40000 KiB")));
}

TEST(ChaosFigures, TheTableHasALineForEachKindAndMarksThoseThatCutTraffic) {
    const auto kinds = by_kind({window("power", 0, 10, Cost::traffic), window("reload", 10, 20)},
                               {{1, failed, "no answer"}, {11, ok, "alpha"}});
    EXPECT_THAT(to_table(kinds, 0.8), HasSubstr("power *"));
    EXPECT_THAT(to_table(kinds, 0.8), HasSubstr("1× no answer"));
    EXPECT_THAT(to_table(kinds, 0.8), HasSubstr("deadtime, 800 ms"));
    EXPECT_THAT(to_lines(kinds), HasSubstr("reload nothing 1 1 0 0 0 0 0.0 0\n"));
}

}  // namespace
}  // namespace pulse::chaos
