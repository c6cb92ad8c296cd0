#include "pulse/base/text.h"

#include <cstdint>
#include <limits>
#include <string>

#include <gmock/gmock.h>

namespace pulse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ParseDecimal, TakesAWholeNumberAndNothingElse) {
    const struct {
        std::string_view text;
        std::optional<int> number;
    } cases[] = {
        {"0", 0},
        {"80", 80},
        {"-5", -5},
        {"007", 7},
        {"2147483647", 2147483647},
        {"-2147483648", std::numeric_limits<int>::min()},
        {"2147483648", std::nullopt},
        {"-2147483649", std::nullopt},
        {"99999999999999999999999", std::nullopt},
        {"", std::nullopt},
        {"-", std::nullopt},
        {"+5", std::nullopt},
        {"--5", std::nullopt},
        {" 5", std::nullopt},
        {"5 ", std::nullopt},
        {"5\n", std::nullopt},
        {"5x", std::nullopt},
        {"0x10", std::nullopt},
        {"1.5", std::nullopt},
        {std::string_view("5\0", 2), std::nullopt},
    };
    for (const auto& each : cases) EXPECT_EQ(parse_decimal<int>(each.text), each.number) << each.text;
}

TEST(ParseDecimal, KeepsTheLimitsOfItsType) {
    EXPECT_EQ(parse_decimal<std::uint16_t>("65535"), 65535);
    EXPECT_EQ(parse_decimal<std::uint16_t>("65536"), std::nullopt);
    EXPECT_EQ(parse_decimal<std::uint16_t>("-1"), std::nullopt);
    EXPECT_EQ(parse_decimal<std::uint32_t>("4294967295"), 4294967295U);
    EXPECT_EQ(parse_decimal<std::uint32_t>("4294967296"), std::nullopt);
    EXPECT_EQ(parse_decimal<std::int64_t>("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
}

TEST(ParseDecimal, ReadsNothingBehindTheText) {
    constexpr std::string_view longer = "8080";
    EXPECT_EQ(parse_decimal<int>(longer.substr(0, 2)), 80);
    EXPECT_EQ(parse_decimal<int>(std::string_view()), std::nullopt);
}

TEST(ParseCInteger, ReadsWhatCWrites) {
    constexpr auto most = std::numeric_limits<long long>::max();
    constexpr auto least = std::numeric_limits<long long>::min();
    const struct {
        std::string_view text;
        std::optional<long long> number;
    } cases[] = {
        {"", 0},
        {"0", 0},
        {"-0", 0},
        {"+7", 7},
        {"-7", -7},
        {"10", 10},
        {"010", 8},
        {"-010", -8},
        {"0777", 511},
        {"00", 0},
        {"0x10", 16},
        {"0Xff", 255},
        {"-0xFf", -255},
        {"+0x1", 1},
        {"9223372036854775807", most},
        {"-9223372036854775807", -most},
        {"-9223372036854775808", least},
        {"0x7fffffffffffffff", most},
        {"-0x8000000000000000", least},
        {"0777777777777777777777", most},
        {"9223372036854775808", std::nullopt},
        {"-9223372036854775809", std::nullopt},
        {"0x8000000000000000", std::nullopt},
        {"0xffffffffffffffff", std::nullopt},
        {"0x10000000000000000", std::nullopt},
        {"-", std::nullopt},
        {"+", std::nullopt},
        {"0x", std::nullopt},
        {"-0x", std::nullopt},
        {"--1", std::nullopt},
        {"+-1", std::nullopt},
        {"0x-1", std::nullopt},
        {"08", std::nullopt},
        {"0o7", std::nullopt},
        {"0b1", std::nullopt},
        {"0xg", std::nullopt},
        {"ten", std::nullopt},
        {"10s", std::nullopt},
        {" 10", std::nullopt},
        {"10 ", std::nullopt},
        {"1e3", std::nullopt},
        {std::string_view("1\0", 2), std::nullopt},
    };
    for (const auto& each : cases) EXPECT_EQ(parse_c_integer(each.text), each.number) << each.text;
}

TEST(SplitWords, DropsRunsOfBlanksAndTabs) {
    EXPECT_THAT(split_words("virtual www {"), ElementsAre("virtual", "www", "{"));
    EXPECT_THAT(split_words(" \t a \t\t b\t"), ElementsAre("a", "b"));
    EXPECT_THAT(split_words("one"), ElementsAre("one"));
    EXPECT_THAT(split_words("a\nb c"), ElementsAre("a\nb", "c"));
    EXPECT_THAT(split_words(""), IsEmpty());
    EXPECT_THAT(split_words(" \t "), IsEmpty());
}

TEST(Split, KeepsEmptyParts) {
    EXPECT_THAT(split("a,b", ','), ElementsAre("a", "b"));
    EXPECT_THAT(split("a,,b", ','), ElementsAre("a", "", "b"));
    EXPECT_THAT(split(",a,", ','), ElementsAre("", "a", ""));
    EXPECT_THAT(split("abc", ','), ElementsAre("abc"));
    EXPECT_THAT(split("", ','), ElementsAre(""));
    EXPECT_THAT(split(",", ','), ElementsAre("", ""));
}

TEST(Trim, TakesBlanksTabsAndLineEndsOffTheEnds) {
    EXPECT_EQ(trim("  a b \t\r\n"), "a b");
    EXPECT_EQ(trim("a"), "a");
    EXPECT_EQ(trim("\n\na\n"), "a");
    EXPECT_EQ(trim("\va\v"), "\va\v");
    EXPECT_EQ(trim(" \t\r\n"), "");
    EXPECT_EQ(trim(""), "");
}

}  // namespace
}  // namespace pulse
