// A few thousand schedules and the small ones in full; tests/sim/main.cpp runs as many as one likes.
#include <gtest/gtest.h>

#include "simulation.h"

namespace pulse::sim {
namespace {

void expect_holds(const Schedule& schedule) {
    if (const auto broken = Simulation(schedule).run()) {
        Simulation again(schedule, true);
        (void)again.run();
        FAIL() << *broken << "\n" << to_string(schedule) << again.trace();
    }
}

TEST(Simulation, RandomSchedulesKeepTheRules) {
    for (std::uint64_t seed = 1; seed <= 4000 && !testing::Test::HasFailure(); ++seed)
        expect_holds(random_schedule(seed));
}

TEST(Simulation, ALateMessageOfAnEpochThatHasEndedMakesNobodyDeaf) { expect_holds(fault_schedule(544'575)); }

TEST(Simulation, AddressesLeftByACrashDoNotOutliveTheTable) { expect_holds(fault_schedule(4999)); }

TEST(Simulation, AnOrderIsNotUndoneByAWordThatWasUnderWay) { expect_holds(fault_schedule(14'164)); }

TEST(Simulation, EverySmallScheduleKeepsTheRules) {
    constexpr int depth = 3;
    for (std::uint64_t index = 0; index < small_schedules(depth) && !testing::Test::HasFailure(); ++index)
        expect_holds(small_schedule(index, depth));
}

}  // namespace
}  // namespace pulse::sim
