#include "pulse/net/service.h"

#include <gtest/gtest.h>

namespace pulse::net {
namespace {

Endpoint at(std::string_view address, std::uint16_t port) {
    return {.address = IpAddress::parse(address).value(), .port = {port}};
}

TEST(Endpoint, TextPutsIpv6InBrackets) {
    EXPECT_EQ(at("10.0.0.1", 80).to_string(), "10.0.0.1:80");
    EXPECT_EQ(at("fd00::a", 65535).to_string(), "[fd00::a]:65535");
    EXPECT_EQ(Endpoint().to_string(), "0.0.0.0:0");
}

TEST(Endpoint, OrderIsByAddressThenPort) {
    EXPECT_LT(at("10.0.0.1", 8080), at("192.168.1.1", 80));
    EXPECT_LT(at("10.0.0.1", 80), at("10.0.0.1", 443));
    EXPECT_LT(at("255.0.0.1", 80), at("::1", 80));
    EXPECT_EQ(at("10.0.0.1", 80), at("10.0.0.1", 80));
    EXPECT_NE(at("10.0.0.1", 80), at("10.0.0.1", 81));
}

TEST(Protocol, IsNamedAsTheServicesDatabaseNamesIt) {
    EXPECT_EQ(name(Protocol::tcp), "tcp");
    EXPECT_EQ(name(Protocol::udp), "udp");
    EXPECT_EQ(name(Protocol::sctp), "sctp");
}

}  // namespace
}  // namespace pulse::net
