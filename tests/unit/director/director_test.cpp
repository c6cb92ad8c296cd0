#include "pulse/director/director.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::director {
namespace {

using health::Verdict;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

net::IpAddress ip(std::string_view text) { return *net::IpAddress::parse(text); }

config::RealServer server(std::string name, std::string_view address, int weight = 1) {
    config::RealServer server;
    server.name = std::move(name);
    server.address = ip(address);
    server.active = true;
    server.port = {80};
    server.weight = weight;
    return server;
}

config::Config web_config() {
    config::VirtualServer web;
    web.name = "web";
    web.active = true;
    web.address = config::DeviceAddress{ip("10.0.0.10"), "eth0:1"};
    web.scheduler = "wrr";
    web.servers = {server("alpha", "10.0.1.11", 3), server("bravo", "10.0.1.12")};
    config::Config config;
    config.virtual_servers = {web};
    return config;
}

const ipvs::ServiceId web_id = ipvs::ServiceId::at(net::Protocol::tcp, {ip("10.0.0.10"), {80}});

MonitorKey key(std::string_view address, std::uint16_t port = 80) { return {web_id, {ip(address), {port}}}; }

const std::map<net::Endpoint, ipvs::Destination>& destinations(const ipvs::Table& table) {
    return table.begin()->second.destinations;
}

TEST(DesiredTable, ServersNotYetCheckedAreOut) {
    const auto table = desired_table(web_config(), {});
    ASSERT_THAT(table, SizeIs(1));
    EXPECT_EQ(table.begin()->second.service.scheduler, "wrr");
    EXPECT_THAT(destinations(table), IsEmpty());
}

TEST(DesiredTable, ServersThatAreUpAreInWithTheirWeight) {
    const auto table = desired_table(web_config(), {{key("10.0.1.11"), {Verdict::up, true}}});
    ASSERT_THAT(destinations(table), SizeIs(1));
    const auto& alpha = destinations(table).begin()->second;
    EXPECT_EQ(alpha.weight, 3);
    EXPECT_EQ(alpha.forwarding, ipvs::Forwarding::masquerade);
}

TEST(DesiredTable, ServersThatAreDownAreOut) {
    EXPECT_THAT(destinations(desired_table(web_config(), {{key("10.0.1.11"), {Verdict::down, true}}})),
                IsEmpty());
}

TEST(DesiredTable, QuiescedServersStayWithWeightZeroOnceAdmitted) {
    auto config = web_config();
    config.virtual_servers[0].quiesce_server = true;
    const auto table = desired_table(
        config, {{key("10.0.1.11"), {Verdict::down, true}}, {key("10.0.1.12"), {Verdict::down, false}}});
    ASSERT_THAT(destinations(table), SizeIs(1));
    EXPECT_EQ(destinations(table).begin()->second.weight, 0);
}

TEST(DesiredTable, ServersFoundInTheTableStayUntilTheirFirstCheck) {
    const auto config = web_config();
    const auto before = desired_table(config, {{key("10.0.1.11"), {Verdict::up, true}}});
    EXPECT_EQ(desired_table(config, adopt(config, before)), before);
}

TEST(DesiredTable, InactiveBlocksAreLeftOut) {
    auto config = web_config();
    config.virtual_servers[0].servers[0].active = false;
    EXPECT_THAT(destinations(desired_table(config, {{key("10.0.1.11"), {Verdict::up, true}}})), IsEmpty());
    config.virtual_servers[0].active = false;
    EXPECT_THAT(desired_table(config, {}), IsEmpty());
}

TEST(DesiredTable, WeightZeroIsKept) {
    auto config = web_config();
    config.virtual_servers[0].servers[0].weight = 0;
    const auto table = desired_table(config, {{key("10.0.1.11"), {Verdict::up, true}}});
    EXPECT_EQ(destinations(table).begin()->second.weight, 0);
}

TEST(DesiredTable, DirectRoutingSendsToTheVirtualsPort) {
    auto config = web_config();
    config.network = config::Network::direct;
    config.virtual_servers[0].servers[0].port = {8080};
    const auto table = desired_table(config, {{key("10.0.1.11", 8080), {Verdict::up, true}}});
    const auto& alpha = destinations(table).begin()->second;
    EXPECT_EQ(alpha.endpoint.port, net::Port{80});
    EXPECT_EQ(alpha.forwarding, ipvs::Forwarding::direct);
}

TEST(DesiredTable, ServicesOwnForwardingOverridesTheFiles) {
    auto config = web_config();
    config.virtual_servers[0].network = config::Network::tunnel;
    config.virtual_servers[0].servers[0].port = {8080};
    const auto table = desired_table(config, {{key("10.0.1.11", 8080), {Verdict::up, true}}});
    const auto& alpha = destinations(table).begin()->second;
    EXPECT_EQ(alpha.endpoint.port, net::Port{80});
    EXPECT_EQ(alpha.forwarding, ipvs::Forwarding::tunnel);
    EXPECT_EQ(monitors(config).at(0).spec.method, 'i');
}

TEST(DesiredTable, NatSendsToTheServersPort) {
    auto config = web_config();
    config.virtual_servers[0].servers[0].port = {8080};
    const auto table = desired_table(config, {{key("10.0.1.11", 8080), {Verdict::up, true}}});
    EXPECT_EQ(destinations(table).begin()->first.port, net::Port{8080});
}

TEST(DesiredTable, PersistenceWithoutMaskIsPerClient) {
    auto config = web_config();
    config.virtual_servers[0].persistent = std::chrono::seconds(60);
    const auto table = desired_table(config, {});
    const auto& service = table.begin()->second.service;
    ASSERT_TRUE(service.persistence);
    EXPECT_EQ(service.persistence->timeout, std::chrono::seconds(60));
    EXPECT_TRUE(service.persistence->mask.is_host());
}

TEST(DesiredTable, SorryServerIsInExactlyWhileNobodyElseIs) {
    auto config = web_config();
    config.virtual_servers[0].sorry_server = ip("10.0.1.99");
    const auto sorry = desired_table(config, {});
    ASSERT_THAT(destinations(sorry), SizeIs(1));
    EXPECT_EQ(destinations(sorry).begin()->first.address, ip("10.0.1.99"));
    const auto served = desired_table(config, {{key("10.0.1.11"), {Verdict::up, true}}});
    ASSERT_THAT(destinations(served), SizeIs(1));
    EXPECT_EQ(destinations(served).begin()->first.address, ip("10.0.1.11"));
}

TEST(Services, AMarkIsTheIdentityIfThereIsOne) {
    auto config = web_config();
    config.virtual_servers[0].fwmark = net::FirewallMark{100};
    EXPECT_EQ(service_id(config.virtual_servers[0]), ipvs::ServiceId::marked({100}));
}

TEST(Services, OfTwoWithOneIdentityTheFirstWins) {
    auto config = web_config();
    auto second = config.virtual_servers[0];
    second.name = "second";
    config.virtual_servers.push_back(second);
    ASSERT_THAT(services(config), SizeIs(1));
    EXPECT_EQ(services(config)[0]->name, "web");
    ASSERT_THAT(duplicates(config), SizeIs(1));
    EXPECT_EQ(duplicates(config)[0]->name, "second");
    EXPECT_THAT(monitors(config), SizeIs(2));
}

TEST(Services, AVirtualWithNeitherAddressNorMarkHasNone) {
    auto config = web_config();
    config.virtual_servers[0].address.reset();
    EXPECT_THAT(services(config), IsEmpty());
}

TEST(Monitors, CheckTheServersPortAndCarryTheVirtualsSettings) {
    auto config = web_config();
    auto& web = config.virtual_servers[0];
    web.send = "GET /";
    web.expect = "HTTP";
    web.timeout = std::chrono::seconds(6);
    web.servers = {server("alpha", "10.0.1.11", 3)};
    web.servers[0].port = {8080};
    const auto all = monitors(config);
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all[0].virtual_name, "web");
    EXPECT_EQ(all[0].server_name, "alpha");
    EXPECT_EQ(all[0].spec.real_port, net::Port{8080});
    EXPECT_EQ(all[0].spec.virtual_port, net::Port{80});
    EXPECT_EQ(all[0].spec.send, "GET /");
    EXPECT_EQ(all[0].spec.expect, "HTTP");
    EXPECT_EQ(all[0].spec.interval, std::chrono::seconds(6));
    EXPECT_EQ(all[0].spec.method, 'm');
    EXPECT_EQ(all[0].spec.weight, 3);
}

TEST(Monitors, UptimeMeansTheRemoteShellCommand) {
    auto config = web_config();
    config.rsh_command = "ssh";
    config.virtual_servers[0].load_monitor = "uptime";
    EXPECT_EQ(monitors(config)[0].spec.load_command, "ssh");
    config.virtual_servers[0].load_monitor = "rup";
    EXPECT_EQ(monitors(config)[0].spec.load_command, "rup");
}

TEST(Standing, RemembersThatAServerWasAdmitted) {
    const auto up = after({}, Verdict::up);
    EXPECT_TRUE(up.admitted);
    EXPECT_TRUE(after(up, Verdict::down).admitted);
    EXPECT_FALSE(after({}, Verdict::down).admitted);
    EXPECT_EQ(after(up, Verdict::unknown), up);
}

TEST(Settled, WhenEachServiceHasAServerOrAllNanniesHaveSpoken) {
    const auto config = web_config();
    EXPECT_FALSE(settled(config, {}));
    EXPECT_FALSE(settled(config, {{key("10.0.1.11"), {Verdict::down, false}}}));
    EXPECT_TRUE(settled(config, {{key("10.0.1.11"), {Verdict::up, true}}}));
    EXPECT_TRUE(settled(
        config, {{key("10.0.1.11"), {Verdict::down, false}}, {key("10.0.1.12"), {Verdict::down, false}}}));
    EXPECT_TRUE(settled(config, {{key("10.0.1.12"), {Verdict::unknown, true}}}));
}

}  // namespace
}  // namespace pulse::director
