#include "pulse/net/neighbour_discovery.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pulse::net {
namespace {

const IpAddress vip = *IpAddress::parse("2001:db8::a");
constexpr Mac ours{{0x02, 0x00, 0xab, 0xcd, 0xef, 0x01}};
constexpr std::size_t ethernet_size = 14;

std::string hex(std::span<const std::uint8_t> frame) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const auto byte : frame) {
        text += digits[byte >> 4U];
        text += digits[byte & 0xfU];
    }
    return text;
}

/// An advertisement as a packet socket without Ethernet headers hands it over.
std::vector<std::uint8_t> advertisement() {
    const auto frame = unsolicited_advertisement(vip, ours, true);
    return {frame.begin() + ethernet_size, frame.end()};
}

/// Makes the checksum right again.
void sign(std::vector<std::uint8_t>& packet) {
    packet[42] = packet[43] = 0;
    const auto bytes = std::span(packet);
    const auto sum =
        icmpv6_checksum(IpAddress::from_bytes(Family::v6, bytes.subspan(8, 16)),
                        IpAddress::from_bytes(Family::v6, bytes.subspan(24, 16)), bytes.subspan(40));
    packet[42] = static_cast<std::uint8_t>(sum >> 8U);
    packet[43] = static_cast<std::uint8_t>(sum & 0xffU);
}

TEST(NeighbourDiscovery, AnUnsolicitedAdvertisementIsTheseBytes) {
    EXPECT_EQ(hex(unsolicited_advertisement(vip, ours, true)),
              "333300000001"                      // 0: Ethernet destination: all nodes
              "0200abcdef01"                      // 6: Ethernet source
              "86dd"                              // 12: IPv6
              "60000000"                          // 14: version, class, flow label
              "0020"                              // 18: payload
              "3a"                                // 20: ICMPv6
              "ff"                                // 21: hop limit
              "20010db800000000000000000000000a"  // 22: source, the address itself
              "ff020000000000000000000000000001"  // 38: all nodes
              "88"                                // 54: neighbour advertisement
              "00"                                // 55: code
              "de49"                              // 56: checksum
              "a0000000"                          // 58: router, override
              "20010db800000000000000000000000a"  // 62: target
              "0201"                              // 78: target link-layer address, 8 bytes
              "0200abcdef01");
}

TEST(NeighbourDiscovery, AHostDoesNotCallItselfARouter) {
    const auto frame = unsolicited_advertisement(vip, ours, false);
    EXPECT_EQ(hex(std::span(frame).subspan(56, 6)), "5e4a20000000");
}

TEST(NeighbourDiscovery, AProbeComesFromNobodyAndGoesToTheSolicitedNodesGroup) {
    EXPECT_EQ(hex(solicitation_probe(vip, ours)),
              "3333ff00000a"
              "0200abcdef01"
              "86dd"
              "60000000"
              "0018"
              "3aff"
              "00000000000000000000000000000000"
              "ff0200000000000000000001ff00000a"
              "87004cdb00000000"
              "20010db800000000000000000000000a");
}

TEST(NeighbourDiscovery, AChecksumCoversAnOddByteToo) {
    const std::vector<std::uint8_t> even{128, 0, 0, 0, 7, 0};
    const std::vector<std::uint8_t> odd{128, 0, 0, 0, 7};
    // The length is part of the sum: one byte less makes it one more.
    EXPECT_EQ(icmpv6_checksum(vip, vip, odd), icmpv6_checksum(vip, vip, even) + 1);
}

TEST(NeighbourDiscovery, AnAdvertisementIsAClaim) {
    const auto claim = claim_in_advertisement(advertisement(), Mac{});
    ASSERT_TRUE(claim);
    EXPECT_EQ(*claim, (Claim{.address = vip, .mac = ours}));
}

TEST(NeighbourDiscovery, WithoutTheOptionTheEthernetSourceIsTheClaimant) {
    auto packet = advertisement();
    packet.resize(packet.size() - 8);
    packet[5] = 24;
    sign(packet);
    constexpr Mac sender{{2, 2, 2, 2, 2, 2}};
    const auto claim = claim_in_advertisement(packet, sender);
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->mac, sender);
}

TEST(NeighbourDiscovery, WhatIsNoValidAdvertisementIsNoClaim) {
    struct Case {
        const char* name;
        std::size_t at;
        std::uint8_t value;
        bool sign;
    };
    for (const auto& [name, at, value, again] : {
             Case{"another IP version", 0, 0x40, true},
             Case{"another protocol", 6, 17, true},
             Case{"from behind a router", 7, 254, true},
             Case{"a solicitation", 40, 135, true},
             Case{"a code", 41, 1, true},
             Case{"an option of no length", 65, 0, true},
             Case{"an option longer than the packet", 65, 2, true},
             Case{"a wrong checksum", 43, 0, false},
             Case{"a payload longer than the packet", 5, 33, false},
             Case{"a payload too short", 5, 23, false},
         }) {
        auto packet = advertisement();
        packet.at(at) = value;
        if (again) sign(packet);
        EXPECT_FALSE(claim_in_advertisement(packet, ours)) << name;
    }
    const auto whole = advertisement();
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(claim_in_advertisement(std::span(whole).first(size), ours)) << size;
}

}  // namespace
}  // namespace pulse::net
