#include "pulse/ipvs/connections.h"

#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::ipvs {
namespace {

/// As a 6.1 kernel writes it.
constexpr std::string_view file =
    "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n"
    "TCP 0A030002 0000 0A030001 0050 0A040003 0050 ASSURED         297\n"
    "TCP 2001:0db8:0003:0000:0000:0000:0000:0002 9F96 2001:0db8:0003:0000:0000:0000:0000:0001 0050 "
    "2001:0db8:0004:0000:0000:0000:0000:0002 0050 ESTABLISHED     897\n"
    "UDP 0A030002 0000 0A030001 13C4 0A040002 13C4 NONE             24 sip abc123@host.example\n"
    "UDP 0A010001 AC5A 0A010001 0035 0A020001 0035 UDP          360000\n";

TEST(Connections, AreReadFromTheKernelsFile) {
    const auto connections = connections_from(file);
    ASSERT_EQ(connections.size(), 4U);
    EXPECT_EQ(connections[0].client, at("10.3.0.2", 0));
    EXPECT_EQ(connections[0].state, "ASSURED");
    EXPECT_EQ(connections[1].client, at("2001:db8:3::2", 40854));
    EXPECT_EQ(connections[1].server, at("2001:db8:4::2", 80));
    EXPECT_EQ(connections[1].expires, std::chrono::seconds(897));
    EXPECT_EQ(connections[2].engine, "sip");
    EXPECT_EQ(connections[2].engine_data, "abc123@host.example");
}

TEST(Connections, WhatIsNoConnectionIsSkipped) {
    EXPECT_TRUE(connections_from("").empty());
    for (const auto* line : {"TCP 0A030002 0000 0A030001 0050 0A040003 0050 ASSURED",
                             "TCP 0A03000G 0000 0A030001 0050 0A040003 0050 ASSURED 297",
                             "TCP 0A030002 10000 0A030001 0050 0A040003 0050 ASSURED 297",
                             "TCP 0A030002 0000 0A030001 0050 1::2::3 0050 ASSURED 297",
                             "TCP 0A030002 0000 0A030001 0050 0A040003 0050 ASSURED x"})
        EXPECT_FALSE(connection_from(line)) << line;
}

TEST(Connections, AServerOfAnotherFamilyMayStandInBrackets) {
    const auto connection = connection_from(
        "TCP 0A030002 9F96 0A030001 0050 [2001:0db8:0004:0000:0000:0000:0000:0002] 0050 ESTABLISHED 1");
    ASSERT_TRUE(connection);
    EXPECT_EQ(connection->server, at("2001:db8:4::2", 80));
}

TEST(Connections, AreListedAsIpvsadmDoes) {
    EXPECT_EQ(listing(connections_from(file), false),
              "IPVS connection entries\n"
              "pro expire state       source             virtual            destination\n"
              "TCP 04:57  ASSURED     10.3.0.2:0         10.3.0.1:80        10.4.0.3:80\n"
              "TCP 14:57  ESTABLISHED [2001:db8:3::2]:40854 [2001:db8:3::1]:80 [2001:db8:4::2]:80\n"
              "UDP 00:24  NONE        10.3.0.2:0         10.3.0.1:5060      10.4.0.2:5060\n"
              "UDP 6000:00 UDP         10.1.0.1:44122     10.1.0.1:53        10.2.0.1:53\n");
}

TEST(Connections, TheEnginesDataIsListedWhereThereIsSome) {
    const Naming naming{.port = [](net::Port port, net::Protocol protocol) {
        return port.number == 5060 && protocol == net::Protocol::udp ? "sip" : std::to_string(port.number);
    }};
    const auto connections = connections_from(file);
    EXPECT_EQ(listing({connections[2], connections[0]}, true, naming),
              "IPVS connection entries\n"
              "pro expire state       source             virtual            destination        pe name       "
              "   pe_data\n"
              "UDP 00:24  NONE        10.3.0.2:0         10.3.0.1:sip       10.4.0.2:sip     sip             "
              "   abc123@host.example\n"
              "TCP 04:57  ASSURED     10.3.0.2:0         10.3.0.1:80        10.4.0.3:80\n");
}

}  // namespace
}  // namespace pulse::ipvs
