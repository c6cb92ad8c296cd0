#include "pulse/net/ip_address.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gmock/gmock.h>

namespace pulse::net {
namespace {

using testing::ElementsAre;

std::string written(std::optional<IpAddress> address) { return address ? address->to_string() : "refused"; }

TEST(IpAddress, ReadsDottedQuadsAndRfc4291Text) {
    const struct {
        std::string_view text;
        std::string_view result;
    } cases[] = {
        {"0.0.0.0", "0.0.0.0"},
        {"10.0.0.1", "10.0.0.1"},
        {"255.255.255.255", "255.255.255.255"},
        {"::", "::"},
        {"fd00::a", "fd00::a"},
        {"FD00:0:0:0:0:0:0:000A", "fd00::a"},
        {"::ffff:10.0.0.1", "::ffff:10.0.0.1"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"},
        {"", "refused"},
        {"10.0.0", "refused"},
        {"10.0.0.256", "refused"},
        {"10.0.0.1.", "refused"},
        {"010.0.0.1", "refused"},
        {"0x0a.0.0.1", "refused"},
        {" 10.0.0.1", "refused"},
        {"10.0.0.1 ", "refused"},
        {"10.0.0.1:80", "refused"},
        {"10.0.0.1/24", "refused"},
        {"www", "refused"},
        {":::", "refused"},
        {"fd00::a::b", "refused"},
        {"[fd00::a]", "refused"},
        {"fe80::1%eth0", "refused"},
        {"fd00::a/64", "refused"},
    };
    for (const auto& each : cases) EXPECT_EQ(written(IpAddress::parse(each.text)), each.result) << each.text;
}

TEST(IpAddress, DoesNotStopAtAnEmbeddedNul) {
    using namespace std::string_view_literals;
    EXPECT_EQ(IpAddress::parse("10.0.0.1\0"sv), std::nullopt);
    EXPECT_EQ(IpAddress::parse("fd00::a\0junk"sv), std::nullopt);
    EXPECT_EQ(IpAddress::parse_lenient("10.0.0.1\0"sv), std::nullopt);
    EXPECT_EQ(IpAddress::parse_lenient("10.1\0 x"sv), std::nullopt);
}

TEST(IpAddress, ReadsNothingBehindTheText) {
    constexpr std::string_view longer = "10.0.0.123";
    EXPECT_EQ(written(IpAddress::parse(longer.substr(0, 8))), "10.0.0.1");
}

TEST(IpAddress, LenientReadingTakesTheShortForms) {
    const struct {
        std::string_view text;
        std::string_view result;
    } cases[] = {
        {"10.1", "10.0.0.1"},      {"10.1.2", "10.1.0.2"},     {"10.1.515", "10.1.2.3"},
        {"167772161", "10.0.0.1"}, {"0x0a000001", "10.0.0.1"}, {"0x0A.0.0.1", "10.0.0.1"},
        {"012.0.0.1", "10.0.0.1"}, {"10.0.0.1", "10.0.0.1"},   {"fd00::a", "fd00::a"},
        {"", "refused"},           {"10.1 x", "refused"},      {"10.1\n", "refused"},
        {"10.0.0.256", "refused"}, {"256.1", "refused"},       {"4294967296", "refused"},
        {"089.1", "refused"},      {"cafe", "refused"},        {"-1", "refused"},
        {"10,1", "refused"},
    };
    for (const auto& each : cases)
        EXPECT_EQ(written(IpAddress::parse_lenient(each.text)), each.result) << each.text;
}

TEST(IpAddress, OrderIsByFamilyThenNumber) {
    std::vector<std::string> ascending{
        "0.0.0.0",     "9.255.255.255",   "10.0.0.1", "10.0.0.2", "10.0.1.0",    "127.0.0.1", "128.0.0.0",
        "192.168.1.1", "255.255.255.255", "::",       "::1",      "2001:db8::1", "fd00::a",   "fd00::10"};
    std::vector<IpAddress> addresses;
    for (const auto& text : ascending) addresses.push_back(*IpAddress::parse(text));
    std::ranges::reverse(addresses);
    std::ranges::sort(addresses);
    std::vector<std::string> sorted;
    for (const auto& address : addresses) sorted.push_back(address.to_string());
    EXPECT_EQ(sorted, ascending);
}

TEST(IpAddress, EqualityTellsTheFamiliesApart) {
    EXPECT_NE(*IpAddress::parse("0.0.0.0"), *IpAddress::parse("::"));
    EXPECT_NE(*IpAddress::parse("10.0.0.1"), *IpAddress::parse("a00:1::"));
    EXPECT_EQ(IpAddress(), *IpAddress::parse("0.0.0.0"));
}

TEST(IpAddress, NumbersAreInHostByteOrderAndBytesInNetworkOrder) {
    const auto address = IpAddress::v4(0x0a010203);
    EXPECT_EQ(address.to_string(), "10.1.2.3");
    EXPECT_EQ(address.v4_number(), 0x0a010203U);
    EXPECT_THAT(address.bytes(), ElementsAre(10, 1, 2, 3));
    EXPECT_THAT(address.padded_bytes(), ElementsAre(10, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    const auto v6 = *IpAddress::parse("fd00::a");
    EXPECT_EQ(v6.v4_number(), 0U);
    EXPECT_THAT(v6.bytes(), ElementsAre(0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a));
    EXPECT_EQ(IpAddress::from_bytes(Family::v6, v6.bytes()), v6);
    EXPECT_EQ(IpAddress::from_bytes(Family::v4, address.padded_bytes()), address);
}

TEST(IpAddress, KnowsLoopbackAndUnspecified) {
    const struct {
        std::string_view text;
        bool loopback;
        bool unspecified;
    } cases[] = {
        {"127.0.0.1", true, false}, {"127.255.0.9", true, false}, {"126.0.0.1", false, false},
        {"0.0.0.0", false, true},   {"::1", true, false},         {"::", false, true},
        {"7f00::1", false, false},  {"::2", false, false},        {"::ffff:127.0.0.1", false, false},
    };
    for (const auto& each : cases) {
        const auto address = *IpAddress::parse(each.text);
        EXPECT_EQ(address.is_loopback(), each.loopback) << each.text;
        EXPECT_EQ(address.is_unspecified(), each.unspecified) << each.text;
    }
}

TEST(IpAddress, WhatIsWrittenIsReadBack) {
    std::mt19937 random(11);  // NOLINT(cert-msc51-cpp): the same cases on every run
    for (int round = 0; round < 2000; ++round) {
        IpAddress::Bytes bytes{};
        for (auto& byte : bytes)
            byte = random() % 2 == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(random());
        const auto address = IpAddress::from_bytes(round % 2 == 0 ? Family::v4 : Family::v6, bytes);
        ASSERT_EQ(IpAddress::parse(address.to_string()), address) << address.to_string();
    }
}

}  // namespace
}  // namespace pulse::net
