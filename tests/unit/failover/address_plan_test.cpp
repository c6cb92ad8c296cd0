#include "pulse/failover/address_plan.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::failover {
namespace {

using net::AddressChange;
using net::InterfaceAddress;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = AddressChange::Kind;

net::IpAddress ip(const char* text) { return *net::IpAddress::parse(text); }

const std::vector<net::Link> links{
    {.index = 1, .name = "lo", .loopback = true, .resolves = false},
    {.index = 2, .name = "eth0"},
    {.index = 3, .name = "eth1"},
    {.index = 4, .name = "dummy0", .resolves = false},
};
const InterfaceAddress own{.link_index = 2, .label = "eth0", .address = ip("10.0.0.1"), .prefix_length = 24};
const FloatingAddress vip{.address = ip("10.0.0.10"), .label = "eth0:1", .prefix_length = 32};
const FloatingAddress vip6{.address = ip("fd00::a"), .label = "eth0:1", .prefix_length = 64};

InterfaceAddress up(const FloatingAddress& floating, int link = 2) {
    return {.link_index = link,
            .label = floating.address.is_v4() ? floating.label : "",
            .address = floating.address,
            .prefix_length = floating.prefix_length.value_or(32)};
}
AddressChange add(InterfaceAddress address) { return {Kind::add, std::move(address)}; }
AddressChange remove(InterfaceAddress address) { return {Kind::remove, std::move(address)}; }

std::vector<AddressChange> changes(const std::vector<InterfaceAddress>& present,
                                   const std::vector<FloatingAddress>& wanted) {
    return plan(links, present, wanted).changes;
}

TEST(AddressPlan, WhatIsMissingIsAdded) {
    EXPECT_THAT(changes({own}, {vip, vip6}), ElementsAre(add(up(vip)), add(up(vip6))));
}

TEST(AddressPlan, WhatIsRightIsNotTouched) {
    EXPECT_THAT(changes({own, up(vip), up(vip6)}, {vip, vip6}), IsEmpty());
}

TEST(AddressPlan, AnotherPrefixIsReplacedWithoutAGap) {
    auto old = up(vip);
    old.prefix_length = 24;
    EXPECT_THAT(changes({old}, {vip}), ElementsAre(add(up(vip)), remove(old)));
}

TEST(AddressPlan, AnIPv6AddressGoesBeforeItComesBackWithAnotherPrefix) {
    auto old = up(vip6);
    old.prefix_length = 128;
    EXPECT_THAT(changes({old}, {vip6}), ElementsAre(remove(old), add(up(vip6))));
}

TEST(AddressPlan, AnotherLabelIsReplaced) {
    auto old = up(vip);
    old.label = "eth0:9";
    EXPECT_THAT(changes({old}, {vip}), ElementsAre(remove(old), add(up(vip))));
}

TEST(AddressPlan, AnAddressMovesToItsDevice) {
    const auto elsewhere = up(vip, 3);
    EXPECT_THAT(changes({elsewhere}, {vip}), ElementsAre(add(up(vip)), remove(elsewhere)));
    EXPECT_THAT(changes({elsewhere, up(vip)}, {vip}), ElementsAre(remove(elsewhere)));
}

TEST(AddressPlan, ARealServersCopyStaysAndDoesNotCount) {
    for (const int link : {1, 4}) {
        EXPECT_THAT(changes({up(vip, link)}, {vip}), ElementsAre(add(up(vip))));
        EXPECT_THAT(changes({up(vip, link), up(vip)}, {vip}), IsEmpty());
        EXPECT_THAT(removal(links, std::vector{up(vip, link), up(vip)}, std::vector{vip}),
                    ElementsAre(remove(up(vip))));
    }
}

TEST(AddressPlan, OnADeviceThatLvsCfNamesItIsOursWhateverTheDevice) {
    auto on_dummy = vip;
    on_dummy.label = "dummy0";
    EXPECT_THAT(changes({}, {on_dummy}), ElementsAre(add(up(on_dummy, 4))));
    EXPECT_THAT(removal(links, std::vector{up(on_dummy, 4)}, std::vector{on_dummy}),
                ElementsAre(remove(up(on_dummy, 4))));
}

TEST(AddressPlan, WithoutAMaskItIsOfTheDevicesNetworkOrAlone) {
    auto open = vip;
    open.prefix_length.reset();
    auto in_network = up(open);
    in_network.prefix_length = 24;
    EXPECT_THAT(changes({own}, {open}), ElementsAre(add(in_network)));
    EXPECT_THAT(changes({}, {open}), ElementsAre(add(up(open))));
    // Another floating address is no reason to believe in a network: it may be gone tomorrow.
    auto neighbour = vip;
    neighbour.address = ip("10.0.0.11");
    neighbour.prefix_length = 24;
    EXPECT_THAT(changes({up(neighbour)}, {neighbour, open}), ElementsAre(add(up(open))));
}

TEST(AddressPlan, WithoutAMaskWhateverIsThereWillDo) {
    auto open = vip;
    open.prefix_length.reset();
    auto old = up(open);
    old.prefix_length = 8;
    EXPECT_THAT(changes({own, old}, {open}), IsEmpty());
}

TEST(AddressPlan, AMissingDeviceIsNamedAndTheOthersComeUp) {
    auto lost = vip6;
    lost.label = "eth9:1";
    const auto made = plan(links, std::vector<InterfaceAddress>{}, std::vector{lost, vip});
    EXPECT_THAT(made.homeless, ElementsAre(lost));
    EXPECT_THAT(made.changes, ElementsAre(add(up(vip))));
}

TEST(AddressPlan, RemovalTakesEveryCopyOfOursAndNothingElse) {
    EXPECT_THAT(removal(links, std::vector{own, up(vip), up(vip, 3), up(vip6)}, std::vector{vip}),
                ElementsAre(remove(up(vip)), remove(up(vip, 3))));
    EXPECT_THAT(removal(links, std::vector{own}, std::vector{vip}), IsEmpty());
}

/// What a kernel makes of the changes; refuses what a kernel refuses.
std::vector<InterfaceAddress> applied(const std::vector<AddressChange>& all,
                                      std::vector<InterfaceAddress> present) {
    for (const auto& change : all) {
        const auto same = std::ranges::find_if(present, [&](const InterfaceAddress& there) {
            return there.link_index == change.address.link_index && there.address == change.address.address &&
                   (!there.address.is_v4() || there.prefix_length == change.address.prefix_length);
        });
        EXPECT_EQ(change.kind == Kind::add, same == present.end());
        if (change.kind == Kind::add)
            present.push_back(change.address);
        else if (same != present.end())
            present.erase(same);
    }
    return present;
}

TEST(AddressPlan, FromAnywhereOnePlanLeadsToWhatIsWantedAndTheNextIsEmpty) {
    std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): a test repeats itself
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    const std::vector<net::IpAddress> addresses{ip("10.0.0.10"), ip("10.0.0.11"), ip("192.0.2.1"),
                                                ip("fd00::a"), ip("fd00::b")};
    for (int round = 0; round < 2000; ++round) {
        std::vector<FloatingAddress> wanted;
        for (const auto& address : addresses) {
            if (pick(3) == 0) continue;
            FloatingAddress floating{
                .address = address, .label = pick(2) == 0 ? "eth0:1" : "eth1", .prefix_length = std::nullopt};
            if (pick(3) != 0) floating.prefix_length = pick(2) == 0 ? 32 : 24;
            wanted.push_back(floating);
        }
        std::vector<InterfaceAddress> present{own};
        for (const auto& address : addresses)
            for (int link = 1; link <= 4; ++link) {
                if (pick(3) != 0) continue;
                present.push_back({.link_index = link,
                                   .label = address.is_v4() ? links[static_cast<std::size_t>(link) - 1].name +
                                                                  (pick(2) == 0 ? ":1" : "")
                                                            : "",
                                   .address = address,
                                   .prefix_length = pick(2) == 0 ? 32 : 24});
            }
        const auto made = plan(links, present, wanted);
        const auto after = applied(made.changes, present);
        EXPECT_THAT(plan(links, after, wanted).changes, IsEmpty()) << round;
        EXPECT_EQ(std::ranges::count(after, own), 1) << round;
        for (const auto& there : present) {
            if (std::ranges::count(wanted, there.address, &FloatingAddress::address) > 0) continue;
            EXPECT_EQ(std::ranges::count(after, there), 1) << "a stranger's address was touched";
        }
        const auto down = applied(removal(links, after, wanted), after);
        for (const auto& there : down) {
            if (std::ranges::count(wanted, there.address, &FloatingAddress::address) == 0) continue;
            EXPECT_TRUE(there.link_index == 1 || there.link_index == 4) << round;
        }
    }
}

}  // namespace
}  // namespace pulse::failover
