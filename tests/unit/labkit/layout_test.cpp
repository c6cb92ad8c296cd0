#include "layout.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/config/read.h"

namespace pulse::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

net::IpAddress address(std::string_view text) {
    return net::IpAddress::parse(text).value_or(net::IpAddress());
}

Layout layout_of(std::string_view text) {
    const auto reading = config::read(text);
    for (const auto& diagnostic : reading.diagnostics) {
        EXPECT_NE(diagnostic.severity, config::Severity::error) << config::format(diagnostic, "test", text);
    }
    return layout(reading.config);
}

std::vector<std::string> names(const Layout& layout) {
    std::vector<std::string> result;
    result.reserve(layout.hosts.size());
    for (const auto& host : layout.hosts) result.push_back(host.name);
    return result;
}

const Host& host(const Layout& layout, std::string_view name) {
    return *std::ranges::find(layout.hosts, name, &Host::name);
}

Leg leg(std::string device, Segment segment, std::initializer_list<std::string_view> addresses) {
    Leg result{.device = std::move(device), .segment = segment};
    for (const auto text : addresses) result.addresses.push_back(address(text));
    return result;
}

constexpr auto public_side = Segment::public_side;
constexpr auto private_side = Segment::private_side;

constexpr std::string_view nat_pair = R"(
primary = 10.0.0.1
backup = 10.0.0.2
backup_active = 1
service = lvs
network = nat
nat_router = 10.0.1.254 eth1:1
virtual web {
  active = 1
  address = 10.0.0.10 eth0:1
  port = 80
  server one {
    address = 10.0.1.11
    active = 1
    port = 8080
  }
  server two {
    address = 10.0.1.12
    active = 1
  }
}
)";

TEST(Layout, RealServersBehindNatHangOnThePrivateWireOnly) {
    const auto plan = layout_of(nat_pair);

    EXPECT_THAT(names(plan), ElementsAre("primary", "backup", "one", "two", "client"));
    EXPECT_THAT(host(plan, "one").legs, ElementsAre(leg("eth0", private_side, {"10.0.1.11"})));
    EXPECT_THAT(host(plan, "one").gateways, ElementsAre(address("10.0.1.254")));
    EXPECT_THAT(host(plan, "one").quiet_services, IsEmpty());
    EXPECT_THAT(host(plan, "one").web_ports, ElementsAre(8080));
    EXPECT_THAT(host(plan, "two").web_ports, ElementsAre(80));
}

TEST(Layout, MarkedPortsAnswerAndAreLeftToLvsdToMark) {
    auto text = std::string(nat_pair);
    text.insert(text.find("  port = 80\n"), "  fwmark = 7\n  mark_ports = 80,443:450,53/udp\n");
    const auto plan = layout_of(text);
    EXPECT_THAT(plan.marks, IsEmpty());
    EXPECT_THAT(host(plan, "two").web_ports, ElementsAre(80, 443));
}

TEST(Layout, RoutersGetFreeAddressesWhereTheyMustSpeak) {
    const auto plan = layout_of(nat_pair);

    EXPECT_THAT(host(plan, "primary").legs, ElementsAre(leg("eth0", public_side, {"10.0.0.1"}),
                                                        leg("eth1", private_side, {"10.0.1.200"})));
    EXPECT_THAT(host(plan, "backup").legs, ElementsAre(leg("eth0", public_side, {"10.0.0.2"}),
                                                       leg("eth1", private_side, {"10.0.1.201"})));
    EXPECT_THAT(host(plan, "client").legs, ElementsAre(leg("eth0", public_side, {"10.0.0.200"})));
}

TEST(Layout, FloatingAddressesAreLeftToPulse) {
    for (const auto& router : layout_of(nat_pair).hosts) {
        for (const auto& wire : router.legs) {
            EXPECT_THAT(wire.addresses, testing::Not(testing::Contains(address("10.0.0.10")))) << router.name;
            EXPECT_THAT(wire.addresses, testing::Not(testing::Contains(address("10.0.1.254"))))
                << router.name;
        }
    }
}

TEST(Layout, WithoutGatewayNatAnswersGoThroughThePrimary) {
    const auto plan = layout_of(R"(
primary = 10.0.0.1
service = lvs
network = nat
virtual web {
  active = 1
  address = 10.0.0.10 eth0:1
  server one {
    address = 10.0.1.11
    active = 1
  }
}
)");

    EXPECT_THAT(host(plan, "primary").legs.at(1), leg("eth1", private_side, {"10.0.1.200"}));
    EXPECT_THAT(host(plan, "one").gateways, ElementsAre(address("10.0.1.200")));
}

constexpr std::string_view direct_private = R"(
primary = 172.25.30.14
primary_private = 192.168.122.246
backup = 172.25.30.15
backup_private = 192.168.122.247
backup_active = 1
service = lvs
network = direct
virtual http {
  active = 1
  address = 172.25.30.100 eth0:1
  fwmark = 100
  port = 80
  send_program = "/bin/testlink %h"
  expect = "ok"
  server node1 {
    address = 192.168.122.224
    active = 1
    port = 8080
  }
}
)";

TEST(Layout, DirectRealServersAnswerClientsOnALegOfTheirOwn) {
    const auto plan = layout_of(direct_private);

    const auto& server = host(plan, "node1");
    EXPECT_THAT(server.legs, ElementsAre(leg("eth0", private_side, {"192.168.122.224"}),
                                         leg("eth1", public_side, {"172.25.30.200"})));
    EXPECT_THAT(server.quiet_services, ElementsAre(address("172.25.30.100")));
    EXPECT_THAT(server.gateways, IsEmpty());
}

TEST(Layout, DirectRealServersListenWhereTheKernelDelivers) {
    EXPECT_THAT(host(layout_of(direct_private), "node1").web_ports, ElementsAre(80, 8080));
}

TEST(Layout, MarkedServicesAreMarkedAndCheckProgramsKnown) {
    const auto plan = layout_of(direct_private);

    ASSERT_EQ(plan.marks.size(), 1U);
    EXPECT_EQ(plan.marks[0].service.to_string(), "172.25.30.100:80");
    EXPECT_EQ(plan.marks[0].mark.number, 100U);
    EXPECT_THAT(plan.check_programs,
                ElementsAre(CheckProgram{
                    .path = "/bin/testlink", .host_argument = 1, .answer = "ok", .ports = {8080}}));
}

TEST(Layout, TheSameNetworkServesOneWire) {
    const auto plan = layout_of(R"(
primary = 10.1.2.103
backup = 10.1.2.105
backup_active = 1
service = lvs
network = direct
virtual proxy {
  active = 1
  address = 10.1.2.106 eth0:0
  port = 8080
  server proxy1 {
    address = 10.1.2.103
    active = 1
  }
  server proxy2 {
    address = 10.1.2.107
    active = 1
  }
}
)");

    EXPECT_FALSE(plan.has_private_side);
    EXPECT_THAT(host(plan, "proxy2").legs, ElementsAre(leg("eth0", public_side, {"10.1.2.107"})));
}

TEST(Layout, ARealServerAtARoutersAddressIsThatRouter) {
    const auto plan = layout_of(R"(
primary = 10.1.2.103
backup = 10.1.2.105
backup_active = 1
service = lvs
network = direct
virtual proxy {
  active = 1
  address = 10.1.2.106 eth0:0
  port = 8080
  server proxy1 {
    address = 10.1.2.103
    active = 1
  }
  server proxy2 {
    address = 10.1.2.105
    active = 1
  }
}
)");

    EXPECT_THAT(names(plan), ElementsAre("primary", "backup", "client"));
    EXPECT_THAT(host(plan, "backup").web_ports, ElementsAre(8080));
    EXPECT_THAT(plan.services.at(0).hosts, ElementsAre("primary", "backup"));
}

TEST(Layout, NamesAreSafeAndUniqueAndOneHostPerAddress) {
    const auto plan = layout_of(R"(
primary = 10.0.0.1
service = lvs
network = direct
virtual a {
  active = 1
  address = 10.0.0.10 eth0:1
  server client {
    address = 10.0.0.11
    active = 1
  }
  server we;b/1 {
    address = 10.0.0.12
    active = 1
  }
}
virtual b {
  active = 1
  address = 10.0.0.10 eth0:1
  port = 81
  server other-name {
    address = 10.0.0.12
    active = 1
  }
  server client {
    address = 10.0.0.13
    active = 1
  }
}
)");

    EXPECT_THAT(names(plan), ElementsAre("primary", "client-2", "we_b_1", "client-3", "client"));
    EXPECT_THAT(host(plan, "we_b_1").web_ports, ElementsAre(80, 81));
    EXPECT_THAT(plan.services.at(1).hosts, ElementsAre("we_b_1", "client-3"));
}

TEST(Layout, EveryDeviceOfAServiceAddressExists) {
    const auto plan = layout_of(R"(
primary = 10.0.0.1
service = lvs
network = direct
virtual a {
  active = 1
  address = 10.0.0.10 eth1:1
}
virtual b {
  active = 1
  address = 10.0.5.10 eth2:1
}
)");

    EXPECT_EQ(plan.public_device, "eth1");
    EXPECT_THAT(host(plan, "primary").legs, ElementsAre(leg("eth1", public_side, {"10.0.0.1", "10.0.5.200"}),
                                                        leg("eth2", public_side, {})));
    EXPECT_THAT(host(plan, "client").legs,
                ElementsAre(leg("eth0", public_side, {"10.0.0.200", "10.0.5.201"})));
}

TEST(Layout, Ipv6UsesSubnetsOf64Bits) {
    const auto plan = layout_of(R"(
primary = fd00::1
service = lvs
network = nat
nat_router = fd00:1::fe eth1:1
virtual web {
  active = 1
  address = fd00::a eth0:1
  server one {
    address = fd00:1::11
    active = 1
  }
}
)");

    EXPECT_THAT(host(plan, "primary").legs, ElementsAre(leg("eth0", public_side, {"fd00::1"}),
                                                        leg("eth1", private_side, {"fd00:1::c8"})));
    EXPECT_THAT(host(plan, "one").gateways, ElementsAre(address("fd00:1::fe")));
}

TEST(Layout, InactiveAndWeightlessServersAreBuiltButNotExpectedToServe) {
    const auto plan = layout_of(R"(
primary = 10.0.0.1
service = lvs
network = direct
virtual web {
  active = 1
  address = 10.0.0.10 eth0:1
  server on {
    address = 10.0.0.11
    active = 1
  }
  server off {
    address = 10.0.0.12
    active = 0
  }
}
)");

    EXPECT_THAT(names(plan), ElementsAre("primary", "on", "off", "client"));
    EXPECT_THAT(plan.services.at(0).hosts, ElementsAre("on"));
}

TEST(Layout, AFileWithNothingToBalanceSaysSo) {
    const auto plan = layout_of("service = lvs\nprimary = 10.0.0.1\n");

    EXPECT_THAT(names(plan), ElementsAre("primary", "client"));
    EXPECT_THAT(plan.notes, ElementsAre(HasSubstr("nothing to balance")));
}

/// Whatever real files say: no address twice, every service reachable by the client, every server by the
/// routers.
class EveryCorpusFile : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(EveryCorpusFile, HasASoundLayout) {
    std::ifstream stream(GetParam());
    const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    const auto plan = layout(config::read(text).config);

    std::set<net::IpAddress> seen;
    std::set<std::string> seen_names;
    for (const auto& host : plan.hosts) {
        EXPECT_TRUE(seen_names.insert(host.name).second) << host.name;
        std::set<std::string> devices;
        for (const auto& wire : host.legs) {
            EXPECT_TRUE(devices.insert(wire.device).second) << host.name << " " << wire.device;
            for (const auto& held : wire.addresses) EXPECT_TRUE(seen.insert(held).second) << held.to_string();
        }
    }
    for (const auto& service : plan.services) {
        EXPECT_FALSE(seen.contains(service.address.address)) << "a floating address is pulse's to add";
        EXPECT_FALSE(host(plan, "client").legs.empty());
        for (const auto& name : service.hosts) EXPECT_TRUE(seen_names.contains(name)) << name;
    }
}

std::vector<std::filesystem::path> corpus() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(PULSE_TEST_DATA "/lvs.cf")) {
        if (entry.path().extension() == ".cf") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

INSTANTIATE_TEST_SUITE_P(Layout, EveryCorpusFile, testing::ValuesIn(corpus()), [](const auto& parameter) {
    auto name = parameter.param.stem().string();
    std::ranges::replace(name, '-', '_');
    return name;
});

}  // namespace
}  // namespace pulse::lab
