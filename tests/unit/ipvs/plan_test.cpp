#include "pulse/ipvs/plan.h"

#include <cerrno>

#include <gmock/gmock.h>

#include "helpers.h"

namespace pulse::ipvs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const ServiceId www = tcp("10.0.0.1", 80);
const ServiceId dns = udp("10.0.0.1", 53);

Destination server(std::string_view address, std::int32_t weight = 1) {
    return {.endpoint = at(address, 80), .weight = weight};
}

Table with(const Service& service, const std::vector<Destination>& servers = {}) {
    return {entry(service, servers)};
}

TEST(Plan, FillsAnEmptyTableServiceByService) {
    const Service web{.id = www};
    const Service names{.id = dns};
    const Table desired{entry(web, {server("10.0.0.11")}), entry(names, {server("10.0.0.12")})};
    EXPECT_THAT(plan({}, desired), ElementsAre(AddService{web}, AddDestination{www, server("10.0.0.11")},
                                               AddService{names}, AddDestination{dns, server("10.0.0.12")}));
}

TEST(Plan, RemovesAServiceWithoutItsServersWhichGoWithIt) {
    EXPECT_THAT(plan(with({.id = www}, {server("10.0.0.11"), server("10.0.0.12")}), {}),
                ElementsAre(DeleteService{www}));
}

TEST(Plan, NothingToDoIsAnEmptyPlan) {
    const auto table = with({.id = www, .persistence = persistent(300)}, {server("10.0.0.11")});
    EXPECT_THAT(plan(table, table), IsEmpty());
    EXPECT_THAT(plan({}, {}), IsEmpty());
}

TEST(Plan, AnyChangeOfAServiceIsOneEdit) {
    const std::vector<Destination> servers{server("10.0.0.11")};
    const Service before{.id = www, .persistence = persistent(300)};
    const std::vector<Service> after{
        {.id = www, .scheduler = "rr", .persistence = persistent(300)},
        {.id = www, .scheduler_flags = 0x08, .persistence = persistent(300)},
        {.id = www, .one_packet = true, .persistence = persistent(300)},
        {.id = www},
        {.id = www, .persistence = persistent(301)},
        {.id = www, .persistence = persistent(300, net::Netmask::prefix(net::Family::v4, 24))},
        {.id = www, .persistence = persistent(300), .engine = "sip"},
    };
    for (const auto& wanted : after) {
        EXPECT_THAT(plan(with(before, servers), with(wanted, servers)), ElementsAre(EditService{wanted}));
        EXPECT_THAT(plan(with(wanted, servers), with(before, servers)), ElementsAre(EditService{before}));
    }
}

TEST(Plan, AnyChangeOfAServerIsOneEdit) {
    const auto before = server("10.0.0.11", 5);
    const auto endpoint = before.endpoint;
    const std::vector<Destination> after{
        {.endpoint = endpoint, .weight = 0},
        {.endpoint = endpoint, .weight = 6},
        {.endpoint = endpoint, .forwarding = Forwarding::masquerade, .weight = 5},
        {.endpoint = endpoint, .weight = 5, .upper_threshold = 100},
        {.endpoint = endpoint, .weight = 5, .lower_threshold = 50},
    };
    for (const auto& wanted : after)
        EXPECT_THAT(plan(with({.id = www}, {before, server("10.0.0.12")}),
                         with({.id = www}, {wanted, server("10.0.0.12")})),
                    ElementsAre(EditDestination{www, wanted}));
}

TEST(Plan, AnotherPortIsAnotherServer) {
    auto moved = server("10.0.0.11");
    moved.endpoint.port = {8080};
    EXPECT_THAT(plan(with({.id = www}, {server("10.0.0.11")}), with({.id = www}, {moved})),
                ElementsAre(AddDestination{www, moved}, DeleteDestination{www, at("10.0.0.11", 80)}));
}

TEST(Plan, ServersJoinBeforeOthersLeave) {
    EXPECT_THAT(
        plan(with({.id = www}, {server("10.0.0.11")}), with({.id = www}, {server("10.0.0.12")})),
        ElementsAre(AddDestination{www, server("10.0.0.12")}, DeleteDestination{www, at("10.0.0.11", 80)}));
}

TEST(Plan, AServerIsQuiescedOnlyWhenItsReplacementIsThere) {
    EXPECT_THAT(
        plan(with({.id = www}, {server("10.0.0.11"), server("10.0.0.12", 0)}),
             with({.id = www}, {server("10.0.0.11", 0), server("10.0.0.12"), server("10.0.0.13")})),
        ElementsAre(EditDestination{www, server("10.0.0.12")}, AddDestination{www, server("10.0.0.13")},
                    EditDestination{www, server("10.0.0.11", 0)}));
}

TEST(Plan, NewServicesComeBeforeOldOnesGo) {
    const Service moved{.id = tcp("192.168.1.1", 80)};
    EXPECT_THAT(plan(with({.id = www}), with(moved)), ElementsAre(AddService{moved}, DeleteService{www}));
}

TEST(Plan, AMarkOfEachFamilyIsAServiceOfItsOwn) {
    const Service v6{.id = ServiceId::marked({7}, net::Family::v6)};
    const auto v4 = ServiceId::marked({7});
    EXPECT_THAT(plan(with({.id = v4}), with(v6)), ElementsAre(AddService{v6}, DeleteService{v4}));
}

TEST(Describe, NamesTheStepAndItsObject) {
    EXPECT_EQ(describe(AddService{{.id = www}}), "add service TCP 10.0.0.1:80");
    EXPECT_EQ(refusal(AddService{{.id = www, .scheduler = "mh"}}, ENOENT),
              "add service TCP 10.0.0.1:80; this kernel has no scheduler \"mh\" (module ip_vs_mh)");
    EXPECT_EQ(refusal(AddService{{.id = www}}, EEXIST), "add service TCP 10.0.0.1:80");
    EXPECT_EQ(refusal(AddDestination{www, server("10.0.0.255")}, EINVAL),
              "add server 10.0.0.255:80 to TCP 10.0.0.1:80; its address must be a host's own, not that of a "
              "network "
              "or group, and of the service's family");
    EXPECT_EQ(describe(EditService{{.id = www}}), "change service TCP 10.0.0.1:80");
    EXPECT_EQ(describe(DeleteService{ServiceId::marked({7})}), "remove service FWM 7");
    EXPECT_EQ(describe(AddDestination{www, server("10.0.0.11")}),
              "add server 10.0.0.11:80 to TCP 10.0.0.1:80");
    EXPECT_EQ(describe(EditDestination{dns, server("10.0.0.11")}),
              "change server 10.0.0.11:80 of UDP 10.0.0.1:53");
    EXPECT_EQ(describe(DeleteDestination{www, at("fd00::11", 80)}),
              "remove server [fd00::11]:80 from TCP 10.0.0.1:80");
}

TEST(Only, KeepsTheNamedServicesWithTheirServers) {
    const auto mine = entry({.id = www}, {server("10.0.0.11")});
    const Table table{mine, entry({.id = dns}, {server("10.0.0.12")})};
    EXPECT_EQ(only(table, {www}), Table{mine});
    EXPECT_EQ(only(table, {www, dns, ServiceId::marked({7})}), table);
    EXPECT_EQ(only(table, {}), Table());
}

}  // namespace
}  // namespace pulse::ipvs
