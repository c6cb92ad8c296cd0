// Absence is not health: what counts as a lost link, and which news is worth a look.
#include "pulse/failover/links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::failover {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

net::IpAddress ip(const char* text) { return *net::IpAddress::parse(text); }

/// A router with a public and a private device that floating addresses are on, as the kernel shows it.
class LostLinks : public testing::Test {
  protected:
    LinkWatch::News look() { return watch.look(links, addresses); }
    void remove(int index) {
        std::erase_if(links, [=](const auto& link) { return link.index == index; });
        std::erase_if(addresses, [=](const auto& one) { return one.link_index == index; });
    }
    void watch_with(LinkRule rule) {
        watch.watch(paths, floating, rule);
        first = look();
    }

    std::vector<Path> paths{
        {.name = "public", .own = ip("10.0.0.1"), .partner = ip("10.0.0.2"), .port = net::Port{539}},
        {.name = "private", .own = ip("10.0.1.1"), .partner = ip("10.0.1.2"), .port = net::Port{539}}};
    std::vector<FloatingAddress> floating{
        {.address = ip("10.0.0.10"), .label = "eth0:1", .prefix_length = {}},
        {.address = ip("10.0.2.10"), .label = "eth2:1", .prefix_length = {}}};
    std::vector<net::Link> links{{.index = 2, .name = "eth0", .up = true, .carrier = true},
                                 {.index = 3, .name = "eth1", .up = true, .carrier = true},
                                 {.index = 4, .name = "eth2", .up = true, .carrier = true}};
    std::vector<net::InterfaceAddress> addresses{
        {.link_index = 2, .label = "eth0", .address = ip("10.0.0.1")},
        {.link_index = 3, .label = "eth1", .address = ip("10.0.1.1")}};
    LinkWatch watch;
    LinkWatch::News first;
};

TEST_F(LostLinks, AllUpIsSaidOnce) {
    watch_with(LinkRule::strict);
    ASSERT_TRUE(first.change);
    EXPECT_TRUE(first.change->up);
    EXPECT_EQ(first.change->count, 4);
    EXPECT_EQ(watch.counted(), 4);
    EXPECT_FALSE(look().change);
}

TEST_F(LostLinks, ADeviceThatIsDeletedIsALostLink) {
    for (const auto rule : {LinkRule::automatic, LinkRule::strict}) {
        const auto before = links;
        const auto had = addresses;
        watch_with(rule);
        remove(2);
        const auto news = look();
        ASSERT_TRUE(news.change);
        EXPECT_FALSE(news.change->up);
        EXPECT_THAT(news.lost, ElementsAre("Primary", "eth0"));
        links = before;
        links[0].index = 9;  // made anew
        addresses = had;
        addresses[0].link_index = 9;
        const auto back = look();
        ASSERT_TRUE(back.change);
        EXPECT_TRUE(back.change->up);
        EXPECT_THAT(back.back, ElementsAre("Primary", "eth0"));
        links = before;
        addresses = had;
    }
}

TEST_F(LostLinks, ADeviceThatHasAnotherNameNowIsALostLink) {
    watch_with(LinkRule::automatic);
    links[2].name = "away";
    EXPECT_THAT(look().lost, ElementsAre("eth2"));
}

TEST_F(LostLinks, ARouterWithoutItsOwnPublicAddressHasLostItsLink) {
    watch_with(LinkRule::automatic);
    addresses.erase(addresses.begin());
    const auto news = look();
    ASSERT_TRUE(news.change);
    EXPECT_FALSE(news.change->up);
    EXPECT_THAT(watch.down(), ElementsAre("Primary"));
    EXPECT_TRUE(watch.misses_address());
}

TEST_F(LostLinks, AnOwnAddressThatNeverWasThereIsNoLostLink) {
    addresses.clear();
    watch_with(LinkRule::automatic);
    EXPECT_TRUE(first.change->up);
}

TEST_F(LostLinks, WhatWasThereBeforeAReloadIsMissedAfterIt) {
    watch_with(LinkRule::automatic);
    addresses.erase(addresses.begin());
    watch_with(LinkRule::strict);
    EXPECT_FALSE(first.change->up);
}

TEST_F(LostLinks, ADeviceOfFloatingAddressesThatDoesNotExistIsDown) {
    links.pop_back();
    watch_with(LinkRule::automatic);
    EXPECT_FALSE(first.change->up);
    EXPECT_THAT(watch.down(), ElementsAre("eth2"));
}

TEST_F(LostLinks, AWrongNameInTheFileOfBothKeepsNobodyOutWithTheStrictRule) {
    links.pop_back();
    watch_with(LinkRule::strict);
    EXPECT_TRUE(first.change->up);
    EXPECT_EQ(first.change->count, 3);
}

TEST_F(LostLinks, OnlyVitalLinksMatterWithTheAutomaticRuleAndNoneCounts) {
    watch_with(LinkRule::automatic);
    EXPECT_EQ(first.change->count, std::nullopt);
    EXPECT_EQ(watch.counted(), 0);
    links[1].carrier = false;
    EXPECT_FALSE(look().change);
    links[2].carrier = false;
    EXPECT_FALSE(look().change->up);
}

TEST_F(LostLinks, ThePrivateLinkCountsWithTheStrictRule) {
    watch_with(LinkRule::strict);
    links[1].carrier = false;
    const auto news = look();
    ASSERT_TRUE(news.change);
    EXPECT_TRUE(news.change->up);
    EXPECT_EQ(news.change->count, 3);
}

TEST_F(LostLinks, IgnoredLinksAreNotWatched) {
    watch_with(LinkRule::ignored);
    EXPECT_TRUE(watch.empty());
    remove(2);
    EXPECT_FALSE(look().change);
    EXPECT_THAT(watch.down(), IsEmpty());
}

TEST_F(LostLinks, NewsOfOtherDevicesIsNotWorthALook) {
    watch_with(LinkRule::automatic);
    const std::vector<net::Link> foreign{{.index = 77, .name = "veth7", .up = true, .carrier = false}};
    const std::vector<net::InterfaceAddress> others{
        {.link_index = 2, .label = "eth0:1", .address = ip("10.0.0.10")}};
    EXPECT_FALSE(watch.concerns(foreign, foreign, others));
    EXPECT_FALSE(watch.concerns(links, {}, {})) << "as known";
}

TEST_F(LostLinks, NewsOfOurOwnIs) {
    watch_with(LinkRule::automatic);
    auto down = links[0];
    down.carrier = false;
    EXPECT_TRUE(watch.concerns(std::vector{down}, {}, {}));
    auto renamed = links[2];
    renamed.name = "away";
    EXPECT_TRUE(watch.concerns(std::vector{renamed}, {}, {}));
    EXPECT_TRUE(watch.concerns({}, std::vector{links[0]}, {}));
    EXPECT_TRUE(watch.concerns({}, {}, std::vector{addresses[0]}));
    remove(4);
    (void)look();
    const std::vector<net::Link> fresh{{.index = 12, .name = "eth2", .up = true, .carrier = true}};
    EXPECT_TRUE(watch.concerns(fresh, {}, {}));
}

}  // namespace
}  // namespace pulse::failover
