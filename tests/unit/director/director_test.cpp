#include "pulse/director/director.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::director {
namespace {

using health::Verdict;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const TimePoint now{};

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

/// Once the quorum has been looked at.
ipvs::Table table_for(const config::Config& config, const Standings& standings,
                      const std::set<MonitorKey>& drained = {}) {
    Situation situation{.standings = standings, .drained = drained, .sorry = {}};
    judge_quorums(config, situation);
    return desired_table(config, situation);
}

TEST(DesiredTable, ServersNotYetCheckedAreOut) {
    const auto table = table_for(web_config(), {});
    ASSERT_THAT(table, SizeIs(1));
    EXPECT_EQ(table.begin()->second.service.scheduler, "wrr");
    EXPECT_THAT(destinations(table), IsEmpty());
}

TEST(DesiredTable, ServersThatAreUpAreInWithTheirWeight) {
    const auto table = table_for(web_config(), {{key("10.0.1.11"), {Verdict::up, true}}});
    ASSERT_THAT(destinations(table), SizeIs(1));
    const auto& alpha = destinations(table).begin()->second;
    EXPECT_EQ(alpha.weight, 3);
    EXPECT_EQ(alpha.forwarding, ipvs::Forwarding::masquerade);
}

TEST(DesiredTable, ServersThatAreDownAreOut) {
    EXPECT_THAT(destinations(table_for(web_config(), {{key("10.0.1.11"), {Verdict::down, true}}})),
                IsEmpty());
}

TEST(DesiredTable, QuiescedServersStayWithWeightZeroOnceAdmitted) {
    auto config = web_config();
    config.virtual_servers[0].quiesce_server = true;
    const auto table = table_for(
        config, {{key("10.0.1.11"), {Verdict::down, true}}, {key("10.0.1.12"), {Verdict::down, false}}});
    ASSERT_THAT(destinations(table), SizeIs(1));
    EXPECT_EQ(destinations(table).begin()->second.weight, 0);
}

TEST(DesiredTable, ServersFoundInTheTableStayUntilTheirFirstCheck) {
    const auto config = web_config();
    const auto before = table_for(config, {{key("10.0.1.11"), {Verdict::up, true}}});
    EXPECT_EQ(desired_table(config, adopt(config, before)), before);
}

TEST(DesiredTable, InactiveBlocksAreLeftOut) {
    auto config = web_config();
    config.virtual_servers[0].servers[0].active = false;
    EXPECT_THAT(destinations(table_for(config, {{key("10.0.1.11"), {Verdict::up, true}}})), IsEmpty());
    config.virtual_servers[0].active = false;
    EXPECT_THAT(table_for(config, {}), IsEmpty());
}

TEST(DesiredTable, WeightZeroIsKept) {
    auto config = web_config();
    config.virtual_servers[0].servers[0].weight = 0;
    const auto table = table_for(config, {{key("10.0.1.11"), {Verdict::up, true}}});
    EXPECT_EQ(destinations(table).begin()->second.weight, 0);
}

TEST(DesiredTable, DirectRoutingSendsToTheVirtualsPort) {
    auto config = web_config();
    config.network = config::Network::direct;
    config.virtual_servers[0].servers[0].port = {8080};
    const auto table = table_for(config, {{key("10.0.1.11", 8080), {Verdict::up, true}}});
    const auto& alpha = destinations(table).begin()->second;
    EXPECT_EQ(alpha.endpoint.port, net::Port{80});
    EXPECT_EQ(alpha.forwarding, ipvs::Forwarding::direct);
}

TEST(DesiredTable, ServicesOwnForwardingOverridesTheFiles) {
    auto config = web_config();
    config.virtual_servers[0].network = config::Network::tunnel;
    config.virtual_servers[0].servers[0].port = {8080};
    const auto table = table_for(config, {{key("10.0.1.11", 8080), {Verdict::up, true}}});
    const auto& alpha = destinations(table).begin()->second;
    EXPECT_EQ(alpha.endpoint.port, net::Port{80});
    EXPECT_EQ(alpha.forwarding, ipvs::Forwarding::tunnel);
    EXPECT_EQ(monitors(config).at(0).spec.method, 'i');
}

TEST(DesiredTable, NatSendsToTheServersPort) {
    auto config = web_config();
    config.virtual_servers[0].servers[0].port = {8080};
    const auto table = table_for(config, {{key("10.0.1.11", 8080), {Verdict::up, true}}});
    EXPECT_EQ(destinations(table).begin()->first.port, net::Port{8080});
}

TEST(DesiredTable, PersistenceWithoutMaskIsPerClient) {
    auto config = web_config();
    config.virtual_servers[0].persistent = std::chrono::seconds(60);
    const auto table = table_for(config, {});
    const auto& service = table.begin()->second.service;
    ASSERT_TRUE(service.persistence);
    EXPECT_EQ(service.persistence->timeout, std::chrono::seconds(60));
    EXPECT_TRUE(service.persistence->mask.is_host());
}

TEST(DesiredTable, SorryServerIsInExactlyWhileNobodyElseIs) {
    auto config = web_config();
    config.virtual_servers[0].sorry_servers = {ip("10.0.1.99")};
    const auto sorry = table_for(config, {});
    ASSERT_THAT(destinations(sorry), SizeIs(1));
    EXPECT_EQ(destinations(sorry).begin()->first.address, ip("10.0.1.99"));
    const auto served = table_for(config, {{key("10.0.1.11"), {Verdict::up, true}}});
    ASSERT_THAT(destinations(served), SizeIs(1));
    EXPECT_EQ(destinations(served).begin()->first.address, ip("10.0.1.11"));
}

TEST(DesiredTable, SorryServersMayBeSeveralAndTheRouterItself) {
    auto config = web_config();
    config.virtual_servers[0].sorry_servers = {ip("10.0.1.99"), ip("127.0.0.1")};
    const auto sorry = table_for(config, {});
    ASSERT_THAT(destinations(sorry), SizeIs(2));
    EXPECT_EQ(destinations(sorry).at({ip("10.0.1.99"), {80}}).forwarding, ipvs::Forwarding::masquerade);
    EXPECT_EQ(destinations(sorry).at({ip("127.0.0.1"), {80}}).forwarding, ipvs::Forwarding::direct);
}

TEST(DesiredTable, DrainedServersHaveWeightZeroWhileTheyAreUp) {
    const auto config = web_config();
    const Standings up{{key("10.0.1.11"), {Verdict::up, true}}, {key("10.0.1.12"), {Verdict::up, true}}};
    const auto table = table_for(config, up, {key("10.0.1.11")});
    EXPECT_EQ(destinations(table).at({ip("10.0.1.11"), {80}}).weight, 0);
    EXPECT_EQ(destinations(table).at({ip("10.0.1.12"), {80}}).weight, 1);
    EXPECT_THAT(
        destinations(table_for(config, {{key("10.0.1.11"), {Verdict::down, true}}}, {key("10.0.1.11")})),
        IsEmpty());
}

TEST(DesiredTable, KernelsExtrasComeFromTheFile) {
    auto config = web_config();
    auto& web = config.virtual_servers[0];
    web.scheduler = "mh";
    web.sched_flags = 0x18;
    web.protocol = net::Protocol::udp;
    web.ops = true;
    web.persistent = std::chrono::seconds(60);
    web.pe = "sip";
    web.network = config::Network::tunnel;
    web.tunnel_type = ipvs::TunnelType::gue;
    web.tunnel_port = {6080};
    web.tunnel_csum = ipvs::TunnelChecksum::checksum;
    web.servers[0].u_threshold = 100;
    web.servers[0].l_threshold = 50;
    const auto table = desired_table(config, everyone_up(config));
    const auto& service = table.begin()->second.service;
    EXPECT_EQ(service.scheduler_flags, 0x18U);
    EXPECT_TRUE(service.one_packet);
    EXPECT_EQ(service.engine, "sip");
    const auto& alpha = destinations(table).begin()->second;
    EXPECT_EQ(alpha.upper_threshold, 100U);
    EXPECT_EQ(alpha.lower_threshold, 50U);
    EXPECT_EQ(alpha.tunnel, (ipvs::Tunnel{.type = ipvs::TunnelType::gue,
                                          .port = {6080},
                                          .checksum = ipvs::TunnelChecksum::checksum}));
}

config::Config quorum_config(int quorum, int hysteresis = 0) {
    auto config = web_config();
    auto& web = config.virtual_servers[0];
    web.servers = {server("a", "10.0.1.1"), server("b", "10.0.1.2"), server("c", "10.0.1.3", 5)};
    web.sorry_servers = {ip("10.0.1.99")};
    web.quorum = quorum;
    web.quorum_hysteresis = hysteresis;
    return config;
}

/// Servers 10.0.1.1 … with these standing up.
Standings up(const std::vector<std::string>& addresses) {
    Standings standings;
    for (const auto& address : addresses) standings[key(address)] = {Verdict::up, true};
    return standings;
}

/// The services that have changed hands once the quorum has been looked at.
std::set<ipvs::ServiceId> below_quorum(const config::Config& config, Situation situation) {
    judge_quorums(config, situation);
    return situation.sorry;
}

TEST(Quorum, SorryServerComesWhenTooFewAreUpAndTheirConnectionsMayEnd) {
    const auto config = quorum_config(2);
    const auto enough = table_for(config, up({"10.0.1.1", "10.0.1.2"}));
    EXPECT_FALSE(destinations(enough).contains({ip("10.0.1.99"), {80}}));
    const auto too_few = table_for(config, up({"10.0.1.1"}));
    EXPECT_EQ(destinations(too_few).at({ip("10.0.1.99"), {80}}).weight, 1);
    EXPECT_EQ(destinations(too_few).at({ip("10.0.1.1"), {80}}).weight, 0);
}

TEST(Quorum, CountsWeightIfAskedTo) {
    auto config = quorum_config(5);
    config.virtual_servers[0].quorum_of = config::QuorumOf::weight;
    EXPECT_THAT(below_quorum(config, {up({"10.0.1.1", "10.0.1.2"}), {}, {}}), SizeIs(1));
    EXPECT_THAT(below_quorum(config, {up({"10.0.1.3"}), {}, {}}), IsEmpty());
}

TEST(Quorum, DrainedServersDoNotCount) {
    const auto config = quorum_config(2);
    EXPECT_THAT(below_quorum(config, {up({"10.0.1.1", "10.0.1.2"}), {key("10.0.1.1")}, {}}), SizeIs(1));
}

TEST(Quorum, HysteresisKeepsTheSorryServerUntilThereIsMore) {
    const auto config = quorum_config(2, 1);
    EXPECT_THAT(below_quorum(config, {up({"10.0.1.1", "10.0.1.2"}), {}, {}}), IsEmpty());
    EXPECT_THAT(below_quorum(config, {up({"10.0.1.1", "10.0.1.2"}), {}, {web_id}}), SizeIs(1));
    EXPECT_THAT(below_quorum(config, {up({"10.0.1.1", "10.0.1.2", "10.0.1.3"}), {}, {web_id}}), IsEmpty());
}

TEST(Quorum, HysteresisBeyondThePoolMeansEverybody) {
    const auto config = quorum_config(2, 9);
    EXPECT_THAT(below_quorum(config, {up({"10.0.1.1", "10.0.1.2", "10.0.1.3"}), {}, {web_id}}), IsEmpty());
}

TEST(Quorum, WithoutASorryServerDecidesNothing) {
    auto config = quorum_config(3);
    config.virtual_servers[0].sorry_servers.clear();
    EXPECT_THAT(below_quorum(config, {}), IsEmpty());
    EXPECT_EQ(destinations(table_for(config, up({"10.0.1.1"}))).begin()->second.weight, 1);
}

TEST(Adopted, WhatHadWeightZeroKeepsItUntilItsFirstCheck) {
    const auto config = web_config();
    auto found = desired_table(config, everyone_up(config));
    found.begin()->second.destinations.begin()->second.weight = 0;
    const auto situation = adopt(config, found);
    EXPECT_EQ(desired_table(config, situation), found);
    auto checked = situation;
    checked.standings[key("10.0.1.11")] =
        after(situation.standings.at(key("10.0.1.11")), {.verdict = Verdict::up}, now);
    EXPECT_EQ(desired_table(config, checked), desired_table(config, everyone_up(config)));
}

TEST(Adopted, TheSorryServerStaysUntilTheQuorumIsBack) {
    const auto config = quorum_config(2, 1);
    const auto found = table_for(config, up({"10.0.1.1"}));
    const auto situation = adopt(config, found);
    EXPECT_EQ(situation.sorry, std::set{web_id});
    EXPECT_EQ(desired_table(config, situation), found);
}

TEST(Reloaded, WhatTheFileNoLongerHasIsForgotten) {
    auto config = web_config();
    auto situation = everyone_up(config);
    situation.drained = {key("10.0.1.11")};
    config.virtual_servers[0].servers.erase(config.virtual_servers[0].servers.begin());
    situation = still_known(situation, config);
    EXPECT_THAT(situation.standings, SizeIs(1));
    EXPECT_THAT(situation.drained, IsEmpty());
}

TEST(Reloaded, ChangesAreCounted) {
    const auto before = web_config();
    EXPECT_EQ(changes(before, before).to_string(), "0 edits, 0 added, 0 removed");
    auto after = before;
    after.virtual_servers[0].scheduler = "rr";
    after.virtual_servers[0].servers[0].weight = 9;
    after.virtual_servers[0].servers[1] = server("new", "10.0.1.77");
    EXPECT_EQ(changes(before, after).to_string(), "2 edits, 1 added, 1 removed");
    after = before;
    after.virtual_servers[0].timeout = std::chrono::seconds(1);
    EXPECT_EQ(changes(before, after).to_string(), "0 edits, 0 added, 0 removed, 2 checks changed");
}

TEST(Reloaded, RenamingAndReorderingIsNoChange) {
    auto before = web_config();
    auto mail = before.virtual_servers[0];
    mail.port = {25};
    before.virtual_servers.push_back(mail);
    auto after = before;
    std::swap(after.virtual_servers[0], after.virtual_servers[1]);
    after.virtual_servers[0].name = "post";
    std::swap(after.virtual_servers[0].servers[0], after.virtual_servers[0].servers[1]);
    EXPECT_EQ(changes(before, after), Changes{});
}

TEST(Reloaded, OurNannyRunsOnWhenOnlyTheWeightOrANameIsAnother) {
    const auto one = monitors(web_config())[0];
    auto other = one;
    other.spec.weight = 9;
    other.server_name = "renamed";
    EXPECT_TRUE(same_check(one, other));
    other.program = "/usr/local/sbin/monitor";
    EXPECT_FALSE(same_check(one, other));
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
    EXPECT_THAT(indistinct(config), ElementsAre("virtual service second left out: TCP 10.0.0.10:80 is web's, "
                                                "which comes first"));
    EXPECT_THAT(monitors(config), SizeIs(2));
}

TEST(Services, OneMarkInTwoFamiliesIsTwoServices) {
    auto config = web_config();
    config.virtual_servers[0].fwmark = net::FirewallMark{10};
    auto six = config.virtual_servers[0];
    six.name = "six";
    six.address->address = ip("fd00::10");
    six.servers = {server("alpha", "fd00::11")};
    config.virtual_servers.push_back(six);
    EXPECT_THAT(services(config), SizeIs(2));
    EXPECT_THAT(indistinct(config), IsEmpty());
    EXPECT_THAT(desired_table(config, everyone_up(config)), SizeIs(2));
}

TEST(OneToTheKernel, AHostWithTwoPortsUnderDirectRoutingHasTheLargerWeightAndItsLimits) {
    auto config = web_config();
    config.network = config::Network::direct;
    auto& servers = config.virtual_servers[0].servers;
    servers = {server("a", "10.0.1.11", 2), server("b", "10.0.1.11", 5), server("c", "10.0.1.12")};
    servers[0].port = {8080};
    servers[1].port = {8081};
    servers[1].u_threshold = 100;
    const auto a = key("10.0.1.11", 8080);
    const auto b = key("10.0.1.11", 8081);
    const net::Endpoint host{ip("10.0.1.11"), {80}};
    const auto with = [&](Verdict first, Verdict second, const std::set<MonitorKey>& drained = {}) {
        return destinations(table_for(config, {{a, {first, true}}, {b, {second, true}}}, drained));
    };
    EXPECT_EQ(with(Verdict::up, Verdict::up).at(host).weight, 5);
    EXPECT_EQ(with(Verdict::up, Verdict::up).at(host).upper_threshold, 100U);
    EXPECT_EQ(with(Verdict::up, Verdict::down).at(host).weight, 2);
    EXPECT_EQ(with(Verdict::up, Verdict::down).at(host).upper_threshold, 0U);
    EXPECT_FALSE(with(Verdict::down, Verdict::down).contains(host));
    EXPECT_EQ(with(Verdict::up, Verdict::up, {a}).at(host).weight, 0);
    EXPECT_THAT(monitors(config), SizeIs(3));
    EXPECT_THAT(
        indistinct(config),
        ElementsAre("virtual service web: a and b are one real server to the kernel, 10.0.1.11:80; it "
                    "gets weight and limits of the one with more weight, and none while either is "
                    "drained"));
    config.network = config::Network::nat;
    EXPECT_THAT(indistinct(config), IsEmpty());
    EXPECT_THAT(with(Verdict::up, Verdict::up), SizeIs(2));
}

TEST(OneToTheKernel, CountsOnceForTheQuorum) {
    auto config = quorum_config(2);
    config.virtual_servers[0].servers[1].address = ip("10.0.1.1");
    EXPECT_THAT(below_quorum(config, {up({"10.0.1.1"}), {}, {}}), SizeIs(1));
}

/// "twin" is real server c and the sorry server.
config::Config twin_config(int weight) {
    auto config = quorum_config(2);
    config.virtual_servers[0].sorry_servers = {ip("10.0.1.3")};
    config.virtual_servers[0].servers[2].weight = weight;
    config.virtual_servers[0].servers[2].u_threshold = 7;
    return config;
}

TEST(OneToTheKernel, ASorryServerThatIsARealServerServesWhileItStandsIn) {
    const net::Endpoint twin{ip("10.0.1.3"), {80}};
    for (const int weight : {0, 5}) {
        const auto config = twin_config(weight);
        const auto table = table_for(config, up({"10.0.1.3"}));
        EXPECT_EQ(destinations(table).at(twin).weight, 1);
        EXPECT_EQ(destinations(table).at(twin).upper_threshold, 0U);
        EXPECT_EQ(destinations(table_for(config, {})).at(twin).weight, 1);  // whatever is known of it
        const auto well = table_for(config, up({"10.0.1.1", "10.0.1.2", "10.0.1.3"}));
        EXPECT_EQ(destinations(well).at(twin).weight, weight);
        EXPECT_EQ(destinations(table_for(config, up({"10.0.1.3"}), {key("10.0.1.3")})).at(twin).weight, 0);
        EXPECT_THAT(indistinct(config), SizeIs(1));
    }
}

TEST(OneToTheKernel, ATwinFoundInTheTableIsNotTakenForASorryServerThatStandsIn) {
    const auto config = twin_config(5);
    const auto all = table_for(config, up({"10.0.1.1", "10.0.1.2", "10.0.1.3"}));
    auto situation = adopt(config, all);
    EXPECT_THAT(situation.sorry, IsEmpty());
    judge_quorums(config, situation);
    EXPECT_EQ(desired_table(config, situation), all);
}

config::Config marked_config(config::Network network) {
    auto config = web_config();
    config.network = network;
    config.virtual_servers[0].fwmark = net::FirewallMark{7};
    config.virtual_servers[0].servers = {server("alpha", "10.0.1.11")};
    return config;
}

std::uint16_t marked_port(const config::Config& config) {
    return destinations(desired_table(config, everyone_up(config))).begin()->first.port.number;
}

TEST(Marked, NatLeavesPacketsTheirPortUnlessTheFileChangesIt) {
    auto config = marked_config(config::Network::nat);
    EXPECT_EQ(marked_port(config), 0);  // 443 must not become 80
    config.virtual_servers[0].servers[0].port = {8080};
    EXPECT_EQ(marked_port(config), 8080);
    config.virtual_servers[0].mark_ports = {{{80}, {80}, {}}};
    EXPECT_EQ(marked_port(config), 8080);
    config.virtual_servers[0].mark_ports = {{{80}, {80}, {}}, {{443}, {443}, {}}};
    EXPECT_EQ(marked_port(config), 0);
    config.virtual_servers[0].mark_ports = {{{1000}, {2000}, {}}};
    EXPECT_EQ(marked_port(config), 0);
    EXPECT_EQ(marked_port(marked_config(config::Network::direct)), 80);  // which the kernel does not look at
}

TEST(Quiescing, TheSorryServerFinishesWhatItHasBegun) {
    auto config = quorum_config(1);
    auto& web = config.virtual_servers[0];
    web.quiesce_server = true;
    const net::Endpoint sorry{ip("10.0.1.99"), {80}};
    Situation situation;
    judge_quorums(config, situation);
    EXPECT_EQ(destinations(desired_table(config, situation)).at(sorry).weight, 1);
    situation.standings = up({"10.0.1.1"});
    judge_quorums(config, situation);
    const auto table = desired_table(config, situation);
    EXPECT_EQ(destinations(table).at(sorry).weight, 0);
    EXPECT_EQ(adopt(config, table).leaving, std::set{web_id});  // a restart of lvsd changes nothing
    EXPECT_THAT(adopt(config, table).sorry, IsEmpty());

    situation.standings = {};
    judge_quorums(config, situation);
    EXPECT_EQ(destinations(desired_table(config, situation)).at(sorry).weight, 1);
    situation.standings = up({"10.0.1.1"});
    judge_quorums(config, situation);
    situation.leaving.clear();  // it has no connection left
    EXPECT_FALSE(destinations(desired_table(config, situation)).contains(sorry));

    web.persistent = std::chrono::seconds(300);  // would lead its clients back to it without end
    EXPECT_FALSE(sorry_servers_linger(web));
    web.persistent = std::chrono::seconds(0);
    web.quiesce_server = false;
    EXPECT_FALSE(sorry_servers_linger(web));
}

TEST(Quiescing, AServerIsBusyWhileItHasConnections) {
    const net::Endpoint sorry{ip("10.0.1.99"), {80}};
    ipvs::DumpedService service;
    EXPECT_FALSE(is_busy({sorry}, service));
    service.destinations.push_back({.destination = {.endpoint = sorry}, .connections = {.inactive = 1}});
    EXPECT_TRUE(is_busy({sorry}, service));
    EXPECT_FALSE(is_busy({}, service));
    service.destinations[0].connections = {};
    EXPECT_FALSE(is_busy({sorry}, service));
}

config::Config agent_config() {
    auto config = web_config();
    auto& web = config.virtual_servers[0];
    web.load_monitor = "agent";
    web.servers = {server("alpha", "10.0.1.11", 100), server("bravo", "10.0.1.12", 100)};
    return config;
}

int weight_in(const config::Config& config, const Situation& situation, std::string_view address) {
    return destinations(desired_table(config, situation)).at({ip(address), {80}}).weight;
}

TEST(Weights, WhatTheLastNannyFoundOutHoldsUntilTheNextOneKnowsMore) {
    const auto config = agent_config();
    auto standing = after({}, {.verdict = Verdict::up, .weight = 20}, now);
    standing = after(standing, {.verdict = Verdict::up}, now);  // a new one, which has not asked yet
    EXPECT_EQ(weight_in(config, {.standings = {{key("10.0.1.11"), standing}}}, "10.0.1.11"), 20);
    standing = after(standing, {.verdict = Verdict::up, .weight = 70}, now);
    EXPECT_EQ(weight_in(config, {.standings = {{key("10.0.1.11"), standing}}}, "10.0.1.11"), 70);
}

TEST(Weights, ThoseInTheTableAreTakenOverByANewLvsd) {
    const auto config = agent_config();
    auto found = desired_table(config, everyone_up(config));
    auto& servers = found.begin()->second.destinations;
    servers.at({ip("10.0.1.11"), {80}}).weight = 20;
    servers.at({ip("10.0.1.12"), {80}}).weight = 0;  // its agent wants no clients
    auto situation = adopt(config, found);
    EXPECT_EQ(desired_table(config, situation), found);
    for (auto& [server, standing] : situation.standings)
        standing = after(standing, {.verdict = Verdict::up}, now);
    EXPECT_EQ(desired_table(config, situation), found);
}

TEST(Weights, AZeroThatSomebodyElseWantedIsNotTheAgents) {
    auto config = agent_config();
    auto found = desired_table(config, everyone_up(config));
    found.begin()->second.destinations.at({ip("10.0.1.12"), {80}}).weight = 0;
    auto situation = adopt(config, found, {key("10.0.1.12")});
    EXPECT_EQ(situation.drained, std::set{key("10.0.1.12")});
    situation.drained.clear();
    auto& bravo = situation.standings.at(key("10.0.1.12"));
    bravo = after(bravo, {.verdict = Verdict::up}, now);
    EXPECT_EQ(weight_in(config, situation, "10.0.1.12"), 100);
}

TEST(Weights, ANannyHasASayOnlyWhereTheFileGivesItOne) {
    const Situation lying{.standings = {{key("10.0.1.11"), {.verdict = Verdict::up, .weight = 0}}}};
    auto config = web_config();
    auto& web = config.virtual_servers[0];
    EXPECT_EQ(weight_in(config, lying, "10.0.1.11"), 3);
    web.load_monitor = "none";
    EXPECT_EQ(weight_in(config, lying, "10.0.1.11"), 3);
    web.load_monitor = "ruptime";
    EXPECT_EQ(weight_in(config, lying, "10.0.1.11"), 1);  // no load makes it 0
    web.load_monitor.reset();
    web.slow_start = std::chrono::seconds(10);
    EXPECT_EQ(weight_in(config, lying, "10.0.1.11"), 1);
    web.load_monitor = "agent";
    EXPECT_EQ(weight_in(config, lying, "10.0.1.11"), 0);
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

TEST(Monitors, ChecksAsTheServerSaysAndElseAsItsVirtual) {
    config::Config config;
    auto& service = config.virtual_servers.emplace_back();
    service.name = "web";
    service.active = true;
    service.address = config::DeviceAddress{.address = *net::IpAddress::parse("10.0.0.10"), .device = "eth0"};
    service.timeout = std::chrono::seconds(6);
    service.check = {.kind = health::CheckKind::http, .path = "/"};
    auto& server = service.servers.emplace_back();
    server.name = "alpha";
    server.active = true;
    server.address = *net::IpAddress::parse("10.0.1.11");
    server.check.path = "/alpha";
    const auto spec = [&] { return monitors(config).at(0).spec; };
    EXPECT_EQ(spec().check, (health::CheckOptions{.kind = health::CheckKind::http, .path = "/alpha"}));
    EXPECT_EQ(spec().interval, std::chrono::seconds(6));
    EXPECT_EQ(spec().timeout, std::nullopt);
    service.check_interval = std::chrono::seconds(2);
    EXPECT_EQ(spec().interval, std::chrono::seconds(2));
    EXPECT_EQ(spec().timeout, std::chrono::seconds(6));

    // Names are for those who ask: to rename a block must not start its check anew.
    service.send_program = "/bin/check %h";
    EXPECT_EQ(spec().label, std::nullopt);
    service.send_program = "/bin/check --name=%n";
    EXPECT_EQ(spec().label, "web/alpha");
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
    const auto up = after({}, {.verdict = Verdict::up}, now);
    EXPECT_TRUE(up.admitted);
    EXPECT_TRUE(after(up, {.verdict = Verdict::down}, now).admitted);
    EXPECT_FALSE(after({}, {.verdict = Verdict::down}, now).admitted);
    EXPECT_EQ(after(up, {.verdict = Verdict::unknown}, now), up);
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
