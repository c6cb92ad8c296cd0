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

/// As pulse adds it.
InterfaceAddress up(const FloatingAddress& floating, int link = 2) {
    return {.link_index = link,
            .label = label_of(floating),
            .address = floating.address,
            .prefix_length = floating.prefix_length.value_or(32),
            .protocol = address_protocol};
}
InterfaceAddress by_hand(InterfaceAddress address) {
    address.protocol = 0;
    if (address.address.is_v4()) address.label = "eth0";
    return address;
}
InterfaceAddress with_prefix(InterfaceAddress address, int length) {
    address.prefix_length = length;
    return address;
}
InterfaceAddress second(InterfaceAddress address) {
    address.secondary = true;
    return address;
}
AddressChange add(InterfaceAddress address) { return {Kind::add, std::move(address)}; }
AddressChange remove(InterfaceAddress address) { return {Kind::remove, std::move(address)}; }
AddressChange remove_alone(InterfaceAddress address) { return {Kind::remove, std::move(address), true}; }

AddressPlan planned(const std::vector<InterfaceAddress>& present,
                    const std::vector<FloatingAddress>& wanted) {
    const AddressView view{links, present};
    return plan(view, wanted, added_by_pulse(view, wanted, {}));
}
std::vector<AddressChange> changes(const std::vector<InterfaceAddress>& present,
                                   const std::vector<FloatingAddress>& wanted) {
    return planned(present, wanted).changes;
}
std::vector<AddressChange> removals(const std::vector<InterfaceAddress>& present,
                                    const std::vector<FloatingAddress>& wanted) {
    const AddressView view{links, present};
    return removal(view, added_by_pulse(view, wanted, {}));
}

TEST(AddressPlan, WhatIsMissingIsAdded) {
    EXPECT_THAT(changes({own}, {vip, vip6}), ElementsAre(add(up(vip)), add(up(vip6))));
    EXPECT_THAT(planned({own}, {vip, vip6}).missing, ElementsAre(vip.address, vip6.address));
}

TEST(AddressPlan, WhatIsRightIsNotTouched) {
    EXPECT_EQ(planned({own, up(vip), up(vip6)}, {vip, vip6}), AddressPlan{});
}

TEST(AddressPlan, AnotherPrefixIsReplacedWithoutAGap) {
    const auto old = with_prefix(up(vip), 24);
    EXPECT_THAT(changes({old}, {vip}), ElementsAre(add(up(vip)), remove_alone(old)));
}

TEST(AddressPlan, AnIPv6AddressGoesBeforeItComesBackWithAnotherPrefix) {
    const auto old = with_prefix(up(vip6), 128);
    EXPECT_THAT(changes({old}, {vip6}), ElementsAre(remove(old), add(up(vip6))));
}

TEST(AddressPlan, AnotherLabelIsReplacedWhileAnotherPrefixStandsIn) {
    auto old = up(vip);
    old.label = "eth0:9";
    const auto stand_in = with_prefix(up(vip), 31);
    EXPECT_THAT(changes({old}, {vip}),
                ElementsAre(add(stand_in), remove(old), add(up(vip)), remove_alone(stand_in)));
}

TEST(AddressPlan, AnAddressMovesToItsDevice) {
    const auto elsewhere = up(vip, 3);
    EXPECT_THAT(changes({elsewhere}, {vip}), ElementsAre(add(up(vip)), remove(elsewhere)));
    EXPECT_THAT(changes({elsewhere, up(vip)}, {vip}), ElementsAre(remove(elsewhere)));
}

TEST(AddressPlan, SomebodyElsesCopyOnTheDeviceCountsAndIsLeftAsItIs) {
    for (const int length : {24, 32}) {
        const auto theirs = by_hand(with_prefix(up(vip), length));
        EXPECT_EQ(planned({own, theirs}, {vip}), AddressPlan{});
        EXPECT_THAT(removals({own, theirs}, {vip}), IsEmpty());
    }
}

TEST(AddressPlan, WhatPulseAddedAndNobodyWantsGoesFirst) {
    const auto made = planned({own, up(vip)}, {vip6});
    EXPECT_THAT(made.changes, ElementsAre(remove(up(vip)), add(up(vip6))));
    EXPECT_EQ(made.leaving, 1U);
}

TEST(AddressPlan, ARealServersCopyStaysAndDoesNotCount) {
    for (const int link : {1, 4}) {
        auto copy = by_hand(up(vip, link));
        EXPECT_THAT(changes({copy}, {vip}), ElementsAre(add(up(vip))));
        EXPECT_THAT(changes({copy, up(vip)}, {vip}), IsEmpty());
        EXPECT_THAT(removals({copy, up(vip)}, {vip}), ElementsAre(remove(up(vip))));
    }
}

TEST(AddressPlan, WithoutAMaskItIsOfTheDevicesNetworkOrAlone) {
    auto open = vip;
    open.prefix_length.reset();
    EXPECT_THAT(changes({own}, {open}), ElementsAre(add(with_prefix(up(open), 24))));
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
    EXPECT_THAT(changes({own, with_prefix(up(open), 8)}, {open}), IsEmpty());
}

TEST(AddressPlan, AMissingDeviceIsNamedAndTheOthersComeUp) {
    auto lost = vip6;
    lost.label = "eth9:1";
    const auto made = planned({}, {lost, vip});
    EXPECT_THAT(made.homeless, ElementsAre(lost));
    EXPECT_THAT(made.changes, ElementsAre(add(up(vip))));
}

TEST(AddressPlan, RemovalTakesEveryCopyOfOursAndNothingElse) {
    EXPECT_THAT(removals({own, up(vip), up(vip, 3), by_hand(up(vip6))}, {vip, vip6}),
                ElementsAre(remove(up(vip)), remove(up(vip, 3))));
    EXPECT_THAT(removals({own}, {vip}), IsEmpty());
}

TEST(AddressPlan, APrimaryOfOursGoesLastAndSparesItsNetwork) {
    const auto first = with_prefix(up(vip), 24);
    auto neighbour = vip;
    neighbour.address = ip("10.0.0.11");
    const auto next = second(with_prefix(up(neighbour), 24));
    EXPECT_THAT(removals({first, second(own), next}, {vip, neighbour}),
                ElementsAre(remove(next), remove_alone(first)));
}

TEST(AddressPlan, OnADeviceThatPromotesAPrimaryNeedsNoCare) {
    AddressView view{links, {with_prefix(up(vip), 24)}};
    view.links[1].promotes = true;
    EXPECT_THAT(removal(view, added_by_pulse(view, {}, {})), ElementsAre(remove(view.present[0])));
}

TEST(AddressPlan, AFloatingAddressStepsBehindTheHostsOwnThatCameLater) {
    auto wide = vip;
    wide.prefix_length = 24;
    const auto stand_in = with_prefix(up(vip), 32);
    EXPECT_THAT(changes({up(wide), second(own)}, {wide}),
                ElementsAre(add(stand_in), remove_alone(up(wide)), add(up(wide)), remove(stand_in)));
    EXPECT_THAT(changes({own, second(up(wide))}, {wide}), IsEmpty());
}

TEST(AddedByPulse, IsWhatCarriesItsProtocolItsAliasOrIsInTheRecordOfAnOldKernel) {
    const AddressRecord record{{"eth0", vip.address, 32}};
    const auto owned = [&](const InterfaceAddress& address, bool kernel_keeps, const AddressRecord& known) {
        AddressView view{links, {address}};
        if (kernel_keeps)
            view.present.push_back({.link_index = 1,
                                    .label = "lo",
                                    .address = ip("127.0.0.1"),
                                    .prefix_length = 8,
                                    .protocol = 1});
        return !added_by_pulse(view, std::vector{vip}, known).empty();
    };
    auto labelled = by_hand(up(vip));
    labelled.label = "eth0:1";
    auto daemons = labelled;
    daemons.protocol = 18;
    EXPECT_TRUE(owned(up(vip), true, {}));
    EXPECT_TRUE(owned(labelled, true, {}));
    EXPECT_FALSE(owned(daemons, true, record));
    EXPECT_FALSE(owned(by_hand(up(vip)), true, record)) << "the kernel would say so";
    EXPECT_TRUE(owned(by_hand(up(vip)), false, record));
    EXPECT_FALSE(owned(by_hand(with_prefix(up(vip), 24)), false, record));
    EXPECT_FALSE(owned(by_hand(up(vip)), false, {}));
}

TEST(AddressRecord, IsReadAsItWasWrittenAndOnlyInTheSameBoot) {
    const AddressRecord record{{"eth0", ip("10.0.0.10"), 24}, {"eth1", ip("fd00::a"), 64}};
    EXPECT_EQ(to_text(record, "b1"), "boot b1\n10.0.0.10/24 eth0\nfd00::a/64 eth1\n");
    EXPECT_EQ(parse_record(to_text(record, "b1"), "b1"), record);
    EXPECT_THAT(parse_record(to_text(record, "b1"), "b2"), IsEmpty());
}

TEST(AddressRecord, NonsenseIsLeftOut) {
    EXPECT_EQ(parse_record(
                  "boot b\nx\n10.0.0.1/33 eth0\n10.0.0.1/-1 eth0\n10.0.0.300/3 eth0\n\n10.0.0.2/32 eth0 x\n"
                  "10.0.0.3/32 eth0",
                  "b"),
              (AddressRecord{{"eth0", ip("10.0.0.3"), 32}}));
    EXPECT_THAT(parse_record("", "b"), IsEmpty());
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
                                   .prefix_length = pick(2) == 0 ? 32 : 24,
                                   .protocol = pick(2) == 0 ? address_protocol : std::uint8_t{0}});
            }
        const AddressView before{links, present};
        const auto ours = added_by_pulse(before, wanted, {});
        const auto made = plan(before, wanted, ours);
        const AddressView after{links, applied(made.changes, present)};
        const auto ours_now = added_by_pulse(after, wanted, {});
        EXPECT_THAT(plan(after, wanted, ours_now).changes, IsEmpty()) << round;
        for (const auto& floating : wanted)
            EXPECT_TRUE(std::ranges::any_of(after.present, [&](const auto& there) {
                return there.address == floating.address &&
                       there.link_index == (floating.device() == "eth0" ? 2 : 3);
            })) << round;
        const auto down = applied(removal(after, ours_now), after.present);
        EXPECT_THAT(added_by_pulse({links, down}, wanted, {}), IsEmpty()) << round;
        for (const auto& there : present) {
            const auto& name = links[static_cast<std::size_t>(there.link_index) - 1].name;
            if (ours.contains({name, there.address, there.prefix_length})) continue;
            EXPECT_EQ(std::ranges::count(down, there), 1) << round << ": a stranger's address was touched";
        }
    }
}

}  // namespace
}  // namespace pulse::failover
