#include "pulse/load/average.h"

#include <gtest/gtest.h>

namespace pulse::load {
namespace {

TEST(LoadAverage, IsTheFirstNumberOfUptime) {
    const struct {
        std::string_view printed;
        std::optional<double> load;
    } cases[] = {
        {" 12:31:05 up 21 days,  2:02,  1 user,  load average: 0.15, 0.20, 0.18\n", 0.15},
        {"web1    up  3 days,  4:21,    load average: 12.50, 9.00, 8.00", 12.5},  // rup
        {"10:00  up 1 day, 3 users, load averages: 2,31 1,80 1,50", 2.31},        // BSD, decimal comma
        {"up 2:13, load average: 0,05, 0,10, 0,11", 0.05},
        {"load: 3", 3.0},
        {"load:3,", 3.0},
        {"Load average: 1", std::nullopt},  // the original looks for "load"
        {"load average", std::nullopt},
        {"load average: busy", std::nullopt},
        {"load average: .5", 0.5},
        {"load average: -1", std::nullopt},
        {"load average:", std::nullopt},
        {"", std::nullopt},
    };
    for (const auto& each : cases) EXPECT_EQ(load_average(each.printed), each.load) << each.printed;
}

}  // namespace
}  // namespace pulse::load
