#include <algorithm>

#include <gmock/gmock.h>

#include "helpers.h"

namespace pulse::ipvs {
namespace {

using testing::ElementsAre;

TEST(ServiceId, TextIsTheOperatorsWord) {
    EXPECT_EQ(tcp("10.0.0.10", 80).to_string(), "TCP 10.0.0.10:80");
    EXPECT_EQ(udp("fd00::a", 53).to_string(), "UDP [fd00::a]:53");
    EXPECT_EQ(ServiceId::at(net::Protocol::sctp, at("10.0.0.10", 36412)).to_string(), "SCTP 10.0.0.10:36412");
    EXPECT_EQ(ServiceId::marked({100}).to_string(), "FWM 100");
    EXPECT_EQ(ServiceId::marked({4294967295}, net::Family::v6).to_string(), "FWM 4294967295 IPv6");
}

TEST(ServiceId, OrderIsMarkFamilyProtocolAddressPort) {
    const std::vector<ServiceId> ascending{tcp("10.0.0.1", 80),
                                           tcp("10.0.0.1", 443),
                                           tcp("192.168.1.1", 1),
                                           udp("10.0.0.1", 53),
                                           ServiceId::at(net::Protocol::sctp, at("10.0.0.1", 1)),
                                           tcp("2001:db8::80", 80),
                                           udp("::1", 1),
                                           ServiceId::marked({7}),
                                           ServiceId::marked({7}, net::Family::v6),
                                           ServiceId::marked({8}),
                                           ServiceId::marked({0x80000000})};
    auto shuffled = ascending;
    std::ranges::reverse(shuffled);
    std::ranges::sort(shuffled);
    EXPECT_EQ(shuffled, ascending);
}

const Destination first{.endpoint = at("10.0.0.11", 80), .weight = 5};
const Destination second{.endpoint = at("10.0.0.12", 80), .forwarding = Forwarding::masquerade};
const Destination far{.endpoint = at("192.168.0.1", 80), .forwarding = Forwarding::tunnel};

TEST(TableOf, KeepsWhatIsConfiguredAndDropsWhatIsCounted) {
    const Service www{.id = tcp("10.0.0.1", 80), .scheduler = "rr"};
    const Service marked{.id = ServiceId::marked({7})};
    const Dump dump{{.service = marked, .destinations = {}},
                    {.service = www,
                     .destinations = {{.destination = second, .connections = {.active = 9}},
                                      {.destination = first, .connections = {.inactive = 3}}}}};
    EXPECT_EQ(table_of(dump), (Table{entry(www, {first, second}), entry(marked)}));
    EXPECT_EQ(table_of({}), Table());
}

TEST(Sorted, OrdersServicesByIdentityAndServersByAddress) {
    const Dump dump{
        {.service = {.id = ServiceId::marked({7})}, .destinations = {}},
        {.service = {.id = tcp("192.168.1.1", 80)},
         .destinations = {{.destination = far, .connections = {}},
                          {.destination = second, .connections = {}},
                          {.destination = first, .connections = {.active = 4}}}},
        {.service = {.id = tcp("10.0.0.1", 80)}, .destinations = {}},
    };
    const auto result = sorted(dump);
    ASSERT_EQ(result.size(), 3U);
    EXPECT_EQ(result[0].service.id, tcp("10.0.0.1", 80));
    EXPECT_EQ(result[1].service.id, tcp("192.168.1.1", 80));
    EXPECT_EQ(result[2].service.id, ServiceId::marked({7}));
    std::vector<net::Endpoint> servers;
    for (const auto& server : result[1].destinations) servers.push_back(server.destination.endpoint);
    EXPECT_THAT(servers, ElementsAre(first.endpoint, second.endpoint, far.endpoint));
    EXPECT_EQ(result[1].destinations[0].connections.active, 4U);
}

}  // namespace
}  // namespace pulse::ipvs
