#include "pulse/failover/cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::failover {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

net::IpAddress ip(std::string_view text) { return *net::IpAddress::parse(text); }

config::VirtualServer virtual_at(std::string_view address, std::string device) {
    config::VirtualServer virtual_server;
    virtual_server.active = true;
    virtual_server.address = config::DeviceAddress{ip(address), std::move(device)};
    return virtual_server;
}

TEST(FloatingAddresses, AnAddressOfSeveralVirtualsIsOneWithTheFirstOnesDeviceAndMask) {
    config::Config config;
    config.network = config::Network::direct;
    config.virtual_servers = {virtual_at("10.0.0.10", "eth0:1"), virtual_at("10.0.0.10", "eth0:2"),
                              virtual_at("10.0.0.11", "eth0:3")};
    config.virtual_servers[0].vip_nmask = net::Netmask::parse("255.255.255.0", net::Family::v4);
    EXPECT_THAT(floating_addresses(config),
                ElementsAre(FloatingAddress{ip("10.0.0.10"), "eth0:1", 24},
                            FloatingAddress{ip("10.0.0.11"), "eth0:3", std::nullopt}));
}

TEST(FloatingAddresses, InactiveVirtualsHaveNone) {
    config::Config config;
    config.virtual_servers = {virtual_at("10.0.0.10", "eth0:1")};
    config.virtual_servers[0].active = false;
    EXPECT_THAT(floating_addresses(config), IsEmpty());
}

TEST(FloatingAddresses, TheGatewayFloatsOnlyWithNat) {
    config::Config config;
    config.virtual_servers = {virtual_at("10.0.0.10", "eth0:1")};
    const FloatingAddress service{ip("10.0.0.10"), "eth0:1", std::nullopt};
    const FloatingAddress gateway{ip("10.0.1.254"), "eth1:1", 24};
    config.nat_router = config::DeviceAddress{ip("10.0.1.254"), "eth1:1"};
    config.nat_nmask = net::Netmask::parse("255.255.255.0", net::Family::v4);
    EXPECT_THAT(floating_addresses(config), ElementsAre(service, gateway));
    config.network = config::Network::direct;
    EXPECT_THAT(floating_addresses(config), ElementsAre(service));
    config.virtual_servers[0].network = config::Network::nat;
    EXPECT_THAT(floating_addresses(config), ElementsAre(service, gateway));
    config.network = config::Network::nat;
    config.virtual_servers[0].network = config::Network::tunnel;
    EXPECT_THAT(floating_addresses(config), ElementsAre(service));
}

TEST(FloatingAddresses, TheDeviceIsTheLabelUpToTheColon) {
    EXPECT_EQ((FloatingAddress{ip("10.0.0.10"), "eth0:1", 24}.device()), "eth0");
    EXPECT_EQ((FloatingAddress{ip("10.0.0.10"), "eth2", 24}.device()), "eth2");
}

config::Config pair_config() {
    config::Config config;
    config.primary = ip("10.0.0.1");
    config.backup = ip("10.0.0.2");
    config.primary_private = config.primary;
    config.backup_private = config.backup;
    return config;
}

TEST(Identity, IsFoundByAnyLocalAddress) {
    const auto config = pair_config();
    const std::vector<net::IpAddress> first{ip("127.0.0.1"), ip("192.168.0.9"), ip("10.0.0.1")};
    const std::vector<net::IpAddress> second{ip("10.0.0.2")};
    const std::vector<net::IpAddress> neither{ip("10.0.0.3")};
    EXPECT_EQ(identity(config, first), Identity::primary);
    EXPECT_EQ(identity(config, second), Identity::backup);
    EXPECT_EQ(identity(config, neither), std::nullopt);
}

TEST(HeartbeatPaths, WithoutPrivateAddressesThereIsOnlyThePublicOne) {
    EXPECT_THAT(heartbeat_paths(pair_config(), Identity::primary),
                ElementsAre(Path{"public", ip("10.0.0.1"), ip("10.0.0.2"), net::Port{539}}));
}

TEST(HeartbeatPaths, EachRouterSeesThemFromItsOwnSide) {
    auto config = pair_config();
    config.primary_private = ip("10.0.1.1");
    config.backup_private = ip("10.0.1.2");
    EXPECT_THAT(heartbeat_paths(config, Identity::backup),
                ElementsAre(Path{"public", ip("10.0.0.2"), ip("10.0.0.1"), net::Port{539}},
                            Path{"private", ip("10.0.1.2"), ip("10.0.1.1"), net::Port{539}}));
}

TEST(HeartbeatPaths, FurtherOnesMayNameEitherRouterFirst) {
    auto config = pair_config();
    config.heartbeat_paths = {{ip("10.0.2.1"), ip("10.0.2.2"), net::Port{1000}},
                              {ip("fd00::2"), ip("fd00::1"), {}}};
    const std::vector<net::IpAddress> local{ip("10.0.0.1"), ip("10.0.2.1"), ip("fd00::1")};
    EXPECT_THAT(heartbeat_paths(config, Identity::primary, local),
                ElementsAre(Path{"public", ip("10.0.0.1"), ip("10.0.0.2"), net::Port{539}},
                            Path{"10.0.2.1", ip("10.0.2.1"), ip("10.0.2.2"), net::Port{1000}},
                            Path{"fd00::1", ip("fd00::1"), ip("fd00::2"), net::Port{539}}));
    EXPECT_EQ(heartbeat_paths(config, Identity::backup).at(1).own, ip("10.0.2.2"));
}

TEST(SharedPart, LeavesOutWhatEachRouterMayHaveForItself) {
    auto one = pair_config();
    auto other = one;
    other.serial_no = 7;
    other.heartbeat_key_file = "/k";
    EXPECT_EQ(shared_part(one), shared_part(other));
    other.keepalive += std::chrono::milliseconds(1);
    EXPECT_NE(shared_part(one), shared_part(other));
}

TEST(HeartbeatPaths, ALoneRouterHasNone) {
    auto config = pair_config();
    config.backup.reset();
    config.backup_private.reset();
    EXPECT_THAT(heartbeat_paths(config, Identity::primary), IsEmpty());
}

}  // namespace
}  // namespace pulse::failover
