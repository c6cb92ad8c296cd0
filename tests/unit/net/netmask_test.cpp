#include "pulse/net/netmask.h"

#include <gtest/gtest.h>

namespace pulse::net {
namespace {

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

TEST(Netmask, ReadsDottedMasksAndPrefixLengths) {
    const struct {
        std::string_view text;
        Family family;
        std::string_view result;
    } cases[] = {
        {"255.255.255.0", Family::v4, "255.255.255.0"},
        {"255.0.255.0", Family::v4, "255.0.255.0"},
        {"0.0.0.0", Family::v4, "0.0.0.0"},
        {"24", Family::v4, "255.255.255.0"},
        {"0", Family::v4, "0.0.0.0"},
        {"1", Family::v4, "128.0.0.0"},
        {"23", Family::v4, "255.255.254.0"},
        {"32", Family::v4, "255.255.255.255"},
        {"64", Family::v6, "64"},
        {"0", Family::v6, "0"},
        {"128", Family::v6, "128"},
        {"33", Family::v4, "refused"},
        {"129", Family::v6, "refused"},
        {"-1", Family::v4, "refused"},
        {"", Family::v4, "refused"},
        {"24 ", Family::v4, "refused"},
        {"/24", Family::v4, "refused"},
        {"255.255", Family::v4, "refused"},
        {"255.255.255.0", Family::v6, "refused"},
        {"ffff:ffff::", Family::v6, "refused"},
        {"ffff::1", Family::v6, "refused"},
        {"ffff::", Family::v4, "refused"},
    };
    for (const auto& each : cases) {
        const auto mask = Netmask::parse(each.text, each.family);
        EXPECT_EQ(mask ? mask->to_string() : "refused", each.result) << each.text;
        EXPECT_EQ(mask.value_or(Netmask::host(each.family)).family(), each.family) << each.text;
    }
}

TEST(Netmask, KnowsWhichMasksAreAPrefix) {
    for (int length = 0; length <= 32; ++length) {
        EXPECT_EQ(Netmask::prefix(Family::v4, length).length(), length);
        EXPECT_EQ(Netmask::prefix(Family::v4, length).is_host(), length == 32);
    }
    for (int length = 0; length <= 128; ++length) {
        EXPECT_EQ(Netmask::prefix(Family::v6, length).length(), length);
        EXPECT_EQ(Netmask::prefix(Family::v6, length).is_host(), length == 128);
    }
    for (const auto* text : {"255.0.255.0", "0.0.0.1", "255.255.253.0", "0.255.255.255", "254.128.0.0"}) {
        EXPECT_EQ(Netmask::dotted(ip(text)).length(), std::nullopt) << text;
        EXPECT_FALSE(Netmask::dotted(ip(text)).is_host()) << text;
    }
}

TEST(Netmask, PrefixBitsAreTheFirstOnes) {
    EXPECT_EQ(Netmask::prefix(Family::v4, 20).bits(), ip("255.255.240.0"));
    EXPECT_EQ(Netmask::prefix(Family::v6, 33).bits(), ip("ffff:ffff:8000::"));
    EXPECT_EQ(Netmask::host(Family::v4).bits(), ip("255.255.255.255"));
    EXPECT_EQ(Netmask::host(Family::v6).length(), 128);
    EXPECT_EQ(Netmask(), Netmask::prefix(Family::v4, 0));
}

TEST(SameNetwork, ComparesOnlyTheBitsOfTheMask) {
    const struct {
        std::string_view a;
        std::string_view b;
        Netmask mask;
        bool same;
    } cases[] = {
        {"10.0.0.1", "10.0.0.254", Netmask::prefix(Family::v4, 24), true},
        {"10.0.0.1", "10.0.1.1", Netmask::prefix(Family::v4, 24), false},
        {"10.0.0.1", "10.0.1.1", Netmask::prefix(Family::v4, 23), true},
        {"10.0.0.1", "192.168.0.1", Netmask::prefix(Family::v4, 0), true},
        {"10.0.0.1", "10.0.0.2", Netmask::host(Family::v4), false},
        {"10.7.1.9", "10.8.1.1", Netmask::dotted(ip("255.0.255.0")), true},
        {"10.7.1.9", "10.7.2.9", Netmask::dotted(ip("255.0.255.0")), false},
        {"fd00::1", "fd00::ffff", Netmask::prefix(Family::v6, 64), true},
        {"fd00::1", "fd00:0:0:1::1", Netmask::prefix(Family::v6, 64), false},
        {"10.0.0.1", "::", Netmask::prefix(Family::v4, 0), false},
        {"10.0.0.1", "10.0.0.1", Netmask::prefix(Family::v6, 0), false},
    };
    for (const auto& each : cases)
        EXPECT_EQ(same_network(ip(each.a), ip(each.b), each.mask), each.same) << each.a << " " << each.b;
}

TEST(LastAddress, SetsTheBitsOutsideTheMask) {
    EXPECT_EQ(last_address(ip("10.0.0.7"), Netmask::prefix(Family::v4, 24)), ip("10.0.0.255"));
    EXPECT_EQ(last_address(ip("10.0.5.7"), Netmask::prefix(Family::v4, 22)), ip("10.0.7.255"));
    EXPECT_EQ(last_address(ip("10.0.0.7"), Netmask::host(Family::v4)), ip("10.0.0.7"));
    EXPECT_EQ(last_address(ip("10.0.0.7"), Netmask()), ip("255.255.255.255"));
    EXPECT_EQ(last_address(ip("fd00::7"), Netmask::prefix(Family::v6, 120)), ip("fd00::ff"));
}

}  // namespace
}  // namespace pulse::net
