#include "pulse/failover/strangers.h"

#include <gtest/gtest.h>

namespace pulse::failover {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1h};

net::Claim claim(unsigned number) {
    return {.address = net::IpAddress::v4(0x0a000000 + number), .mac = {{2, 0, 0, 0, 0, 9}}};
}

TEST(StrangerAlarms, AnAddressIsSaidOnceAMinute) {
    StrangerAlarms alarms;
    EXPECT_TRUE(alarms.heard(claim(1), start).alarm);
    EXPECT_FALSE(alarms.heard(claim(1), start + 1s).alarm);
    EXPECT_FALSE(alarms.heard(claim(1), start + 59s).alarm);
    EXPECT_TRUE(alarms.heard(claim(1), start + 60s).alarm);
}

TEST(StrangerAlarms, OneAddressDoesNotHideAnother) {
    StrangerAlarms alarms;
    EXPECT_TRUE(alarms.heard(claim(1), start).alarm);
    EXPECT_TRUE(alarms.heard(claim(2), start).alarm);
}

TEST(StrangerAlarms, AThousandAreCountedInsteadOfSaid) {
    StrangerAlarms alarms;
    int said = 0;
    for (unsigned i = 0; i < 1000; ++i) said += alarms.heard(claim(i), start).alarm ? 1 : 0;
    EXPECT_EQ(said, StrangerAlarms::alarms_at_once);
    const auto next = alarms.heard(claim(0), start + 1min);
    EXPECT_TRUE(next.alarm);
    EXPECT_EQ(next.unsaid, 1000U - StrangerAlarms::alarms_at_once);
}

}  // namespace
}  // namespace pulse::failover
