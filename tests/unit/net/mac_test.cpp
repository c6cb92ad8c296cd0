#include "pulse/net/mac.h"

#include <gtest/gtest.h>

namespace pulse::net {
namespace {

TEST(Mac, ReadsTwelveHexDigitsWithOrWithoutColons) {
    const struct {
        std::string_view text;
        std::string_view result;
    } cases[] = {
        {"02:00:00:00:00:01", "02:00:00:00:00:01"},
        {"0200ABCDEF01", "02:00:ab:cd:ef:01"},
        {"0200abcdef01", "02:00:ab:cd:ef:01"},
        {"02:00ABcd:EF01", "02:00:ab:cd:ef:01"},
        {"ffffffffffff", "ff:ff:ff:ff:ff:ff"},
        {"02:00:00:00:00:01:", "02:00:00:00:00:01"},
        {"", "refused"},
        {"02:00:00:00:00", "refused"},
        {"0200000000", "refused"},
        {"02000000000", "refused"},
        {"0200000000011", "refused"},
        {"020000000001ff", "refused"},
        {"02:00:00:00:00:01:ff", "refused"},
        {"02::00:00:00:00:01", "refused"},
        {"02:00:00:00:00:01::", "refused"},
        {":02:00:00:00:00:01", "refused"},
        {"2:0:0:0:0:1", "refused"},
        {"020:0:00:00:00:01", "refused"},
        {"02-00-00-00-00-01", "refused"},
        {"02:00:00:00:00:0g", "refused"},
        {"0x0000000001", "refused"},
        {"+200000000-1", "refused"},
        {" 20000000001", "refused"},
        {"02:00:00:00:00:01 ", "refused"},
        {std::string_view("020000000001\0", 13), "refused"},
    };
    for (const auto& each : cases) {
        const auto mac = Mac::parse(each.text);
        EXPECT_EQ(mac ? mac->to_string() : "refused", each.result) << each.text;
    }
}

TEST(Mac, ReadsNothingBehindTheText) {
    constexpr std::string_view longer = "0200000000012";
    EXPECT_EQ(Mac::parse(longer.substr(0, 12)).value().to_string(), "02:00:00:00:00:01");
    EXPECT_EQ(Mac::parse(longer.substr(0, 11)), std::nullopt);
}

TEST(Mac, BroadcastIsAllOnes) { EXPECT_EQ(Mac::broadcast().to_string(), "ff:ff:ff:ff:ff:ff"); }

}  // namespace
}  // namespace pulse::net
