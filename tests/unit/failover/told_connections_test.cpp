// Which connections the partner is told of, and as what.
#include "pulse/failover/told_connections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/config/read.h"

namespace pulse::failover {
namespace {

/// NAT on 10.0.0.10:80, direct on any port of 10.0.0.20, UDP, and a mark.
const config::Config& services() {
    static const auto parsed = config::read(R"(
network = nat
virtual web {
    active = 1
    address = 10.0.0.10 eth0:1
    port = 80
    server alpha {
        address = 10.0.1.11
        active = 1
    }
}
virtual all {
    active = 1
    address = 10.0.0.20 eth0:2
    port = 0
    network = direct
    server alpha {
        address = 10.0.1.11
        active = 1
    }
}
virtual names {
    active = 1
    address = 10.0.0.10 eth0:1
    protocol = udp
    port = 53
    server alpha {
        address = 10.0.1.11
        active = 1
    }
}
virtual marked {
    active = 1
    address = 10.0.0.30 eth0:3
    fwmark = 7
    network = tunnel
    server marked {
        address = 10.0.1.77
        active = 1
    }
}
)");
    return parsed.config;
}

std::optional<ipvs::SyncedConnection> told(const char* line) {
    const auto connection = ipvs::connection_from(line);
    EXPECT_TRUE(connection) << line;
    return to_tell(*connection, services());
}

TEST(ToldConnections, AnEstablishedOneGoesOnAsItIs) {
    const auto one = told("TCP 0A000064 1234 0A00000A 0050 0A00010B 0050 ESTABLISHED     899");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->protocol, net::Protocol::tcp);
    EXPECT_EQ(one->client.address.to_string(), "10.0.0.100");
    EXPECT_EQ(one->server.port.number, 80);
    EXPECT_EQ(one->state, 1);
    EXPECT_FALSE(one->inactive);
    EXPECT_EQ(one->mark.number, 0U);
    EXPECT_EQ(one->forwarding, ipvs::Forwarding::masquerade);
}

TEST(ToldConnections, SoDoesOneThatIsHalfOpenOrHalfClosed) {
    for (const auto* state : {"SYN_RECV", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "SYNACK"}) {
        const auto line = std::string("TCP 0A000064 1234 0A00000A 0050 0A00010B 0050 ") + state + "     59";
        const auto one = told(line.c_str());
        ASSERT_TRUE(one) << state;
        EXPECT_TRUE(one->inactive) << state;
        EXPECT_GT(one->state, 1) << state;
    }
}

TEST(ToldConnections, WhatIsOverIsNotTold) {
    EXPECT_FALSE(told("TCP 0A000064 1234 0A00000A 0050 0A00010B 0050 TIME_WAIT     59"));
    EXPECT_FALSE(told("TCP 0A000064 1234 0A00000A 0050 0A00010B 0050 CLOSE         9"));
    EXPECT_FALSE(told("TCP 0A000064 1234 0A00000A 0050 0A00010B 0050 NONE          9"));
}

TEST(ToldConnections, ATemplateIsTheKernelsToTell) {
    EXPECT_FALSE(told("TCP 0A000064 0000 0A00000A 0050 0A00010B 0050 NONE        300"));
    EXPECT_FALSE(told("IP  0A000064 0000 0000001E 0000 0A00014D 0000 NONE        300"));
}

TEST(ToldConnections, OneOfNoServiceOfTheFileIsNotOurs) {
    EXPECT_FALSE(told("TCP 0A000064 1234 0A00000B 0050 0A00010B 0050 ESTABLISHED     899"));
    EXPECT_FALSE(told("TCP 0A000064 1234 0A00000A 0051 0A00010B 0050 ESTABLISHED     899"));
    EXPECT_FALSE(told("UDP 0A000064 1234 0A00000A 0050 0A00010B 0050 UDP             299"));
}

TEST(ToldConnections, ByTheMethodOfTheirService) {
    const auto direct = told("TCP 0A000064 1234 0A000014 01BB 0A00010B 01BB ESTABLISHED     899");
    ASSERT_TRUE(direct);
    EXPECT_EQ(direct->forwarding, ipvs::Forwarding::direct);
    const auto udp = told("UDP 0A000064 1234 0A00000A 0035 0A00010B 0035 UDP             299");
    ASSERT_TRUE(udp);
    EXPECT_EQ(udp->protocol, net::Protocol::udp);
    EXPECT_EQ(udp->state, 0);
    EXPECT_FALSE(udp->inactive);
}

TEST(ToldConnections, AMarkedServiceIsKnownByItsServers) {
    const auto one = told("TCP 0A000064 1234 0A00001E 01BB 0A00014D 01BB ESTABLISHED     899");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->mark.number, 7U);
    EXPECT_EQ(one->forwarding, ipvs::Forwarding::tunnel);
}

TEST(ToldConnections, AServerOfAnotherFamilyHasNoPlaceInTheProtocol) {
    EXPECT_FALSE(
        told("TCP 0A000064 1234 0A00000A 0050 [fd00:0001:0000:0000:0000:0000:0000:000b] 0050 "
             "ESTABLISHED     899"));
}

}  // namespace
}  // namespace pulse::failover
