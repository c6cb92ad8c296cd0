#include "pulse/net/arp.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pulse::net {
namespace {

const IpAddress vip = IpAddress::v4(0x0a01020a);  // 10.1.2.10
constexpr Mac ours{{0x02, 0x00, 0xab, 0xcd, 0xef, 0x01}};

std::string hex(const ArpFrame& frame) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const auto byte : frame) {
        text += digits[byte >> 4U];
        text += digits[byte & 0xfU];
    }
    return text;
}

const std::string padding(36, '0');

TEST(Arp, AGratuitousReplyIsTheOriginalsFrame) {
    EXPECT_EQ(hex(encode(gratuitous_arp(ArpOperation::reply, vip, ours))),
              "ffffffffffff"  // 0: Ethernet destination
              "0200abcdef01"  // 6: Ethernet source
              "0806"          // 12: ARP
              "0001"          // 14: Ethernet addresses
              "0800"          // 16: IPv4 addresses
              "0604"          // 18: their lengths
              "0002"          // 20: reply
              "0200abcdef01"  // 22: sender MAC
              "0a01020a"      // 28: sender IP
              "0200abcdef01"  // 32: target MAC, the sender's again
              "0a01020a"      // 38: target IP, the sender's again
                  + padding);
}

TEST(Arp, AGratuitousRequestLeavesTheTargetMacOpen) {
    EXPECT_EQ(hex(encode(gratuitous_arp(ArpOperation::request, vip, ours))),
              "ffffffffffff0200abcdef0108060001080006040001"
              "0200abcdef010a01020a"
              "0000000000000a01020a" +
                  padding);
}

TEST(Arp, AnAnnouncementGoesToTheGivenDestination) {
    constexpr Mac neighbour{{0x02, 0, 0, 0, 0, 0x99}};
    const auto packet = gratuitous_arp(ArpOperation::reply, vip, ours, neighbour);
    EXPECT_EQ(packet.ethernet_destination, neighbour);
    EXPECT_EQ(packet.target_mac, ours);
    EXPECT_EQ(hex(encode(packet)).substr(0, 24), "0200000000990200abcdef01");
}

TEST(Arp, EveryFieldHasItsOwnPlace) {
    const ArpPacket packet{.ethernet_destination = {{1, 1, 1, 1, 1, 1}},
                           .ethernet_source = {{2, 2, 2, 2, 2, 2}},
                           .operation = ArpOperation::request,
                           .sender_mac = {{3, 3, 3, 3, 3, 3}},
                           .sender_ip = IpAddress::v4(0x04040404),
                           .target_mac = {{5, 5, 5, 5, 5, 5}},
                           .target_ip = IpAddress::v4(0x06060606)};
    EXPECT_EQ(hex(encode(packet)),
              "010101010101"
              "020202020202"
              "08060001080006040001"
              "030303030303"
              "04040404"
              "050505050505"
              "06060606" +
                  padding);
}

TEST(Arp, AProbeAsksWithoutClaiming) {
    EXPECT_EQ(hex(encode(arp_probe(vip, ours))),
              "ffffffffffff0200abcdef0108060001080006040001"
              "0200abcdef0100000000"
              "0000000000000a01020a" +
                  padding);
}

std::vector<std::uint8_t> without_ethernet(const ArpPacket& packet) {
    const auto frame = encode(packet);
    return {frame.begin() + 14, frame.end()};
}

TEST(Arp, RequestAndReplyClaimTheirSendersAddress) {
    for (const auto operation : {ArpOperation::request, ArpOperation::reply}) {
        const auto claim = claim_in_arp(without_ethernet(gratuitous_arp(operation, vip, ours)));
        ASSERT_TRUE(claim);
        EXPECT_EQ(*claim, (Claim{.address = vip, .mac = ours}));
    }
}

TEST(Arp, AProbeClaimsNothing) { EXPECT_FALSE(claim_in_arp(without_ethernet(arp_probe(vip, ours)))); }

TEST(Arp, WhatIsNoEthernetArpForIPv4ClaimsNothing) {
    const auto whole = without_ethernet(gratuitous_arp(ArpOperation::reply, vip, ours));
    for (const std::size_t at : {0U, 1U, 2U, 3U, 4U, 5U, 6U}) {
        auto packet = whole;
        packet.at(at) = 0x55;
        EXPECT_FALSE(claim_in_arp(packet)) << at;
    }
    auto packet = whole;
    packet.at(7) = 0;
    EXPECT_FALSE(claim_in_arp(packet));
    packet.at(7) = 3;
    EXPECT_FALSE(claim_in_arp(packet));
    for (std::size_t size = 0; size < 28; ++size) EXPECT_FALSE(claim_in_arp(std::span(whole).first(size)));
}

}  // namespace
}  // namespace pulse::net
