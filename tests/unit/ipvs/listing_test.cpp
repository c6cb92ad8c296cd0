#include "pulse/ipvs/listing.h"

#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::ipvs {
namespace {

constexpr std::uint32_t flag_1 = 0x08;
constexpr std::uint32_t flag_2 = 0x10;
constexpr std::uint32_t flag_3 = 0x20;

DumpedDestination server(net::Endpoint endpoint, Forwarding forwarding, int weight = 1,
                         ConnectionCounts connections = {}) {
    return {.destination = {.endpoint = endpoint, .forwarding = forwarding, .weight = weight},
            .connections = connections};
}

std::string line_of(const Service& service) { return listing({{.service = service, .destinations = {}}}); }

std::string line_of(const DumpedDestination& server) {
    const auto text = listing({{.service = {.id = tcp("10.0.0.1", 80)}, .destinations = {server}}});
    return text.substr(text.find('\n') + 1);
}

TEST(Listing, BeginsWithTheVersionAndTwoTitles) {
    EXPECT_EQ(listing_version({.version = 0x010201, .connection_table_size = 4096}),
              "IP Virtual Server version 1.2.1 (size=4096)\n");
    EXPECT_EQ(listing_titles(),
              "Prot LocalAddress:Port Scheduler Flags\n"
              "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n");
}

/// The table and the text of ipvsadm 1.31 on a 6.1 kernel.
TEST(Listing, IsIpvsadmsByteForByte) {
    const Dump dump{
        {.service = {.id = tcp("10.0.0.1", 80)},
         .destinations = {server(at("10.0.0.11", 80), Forwarding::masquerade, 5),
                          server(at("10.0.0.12", 80), Forwarding::masquerade, 0),
                          server(at("10.0.0.13", 80), Forwarding::direct),
                          server(at("10.0.0.15", 80), Forwarding::tunnel),
                          server(at("10.0.0.17", 80), Forwarding::tunnel),
                          server(at("2001:db8::99", 80), Forwarding::tunnel)}},
        {.service = {.id = tcp("10.0.0.1", 443),
                     .scheduler = "sh",
                     .scheduler_flags = flag_1 | flag_2,
                     .persistence = persistent(360)},
         .destinations = {}},
        {.service = {.id = tcp("10.0.0.1", 444),
                     .scheduler = "mh",
                     .scheduler_flags = flag_2,
                     .persistence = persistent(600, net::Netmask::prefix(net::Family::v4, 24))},
         .destinations = {}},
        {.service = {.id = udp("10.0.0.1", 53), .scheduler = "rr", .one_packet = true}, .destinations = {}},
        {.service =
             {.id = udp("10.0.0.1", 5060), .scheduler = "rr", .persistence = persistent(60), .engine = "sip"},
         .destinations = {}},
        {.service = {.id = tcp("2001:db8::80", 80), .scheduler = "rr"}, .destinations = {}},
        {.service = {.id = ServiceId::marked({7}), .persistence = persistent(100)}, .destinations = {}},
        {.service = {.id = ServiceId::marked({8}, net::Family::v6),
                     .persistence = persistent(100, net::Netmask::prefix(net::Family::v6, 64))},
         .destinations = {}},
    };
    EXPECT_EQ(listing(dump),
              "TCP  10.0.0.1:80 wlc\n"
              "  -> 10.0.0.11:80                 Masq    5      0          0         \n"
              "  -> 10.0.0.12:80                 Masq    0      0          0         \n"
              "  -> 10.0.0.13:80                 Route   1      0          0         \n"
              "  -> 10.0.0.15:80                 Tunnel  1      0          0         \n"
              "  -> 10.0.0.17:80                 Tunnel  1      0          0         \n"
              "  -> [2001:db8::99]:80            Tunnel  1      0          0         \n"
              "TCP  10.0.0.1:443 sh (sh-fallback,sh-port) persistent 360\n"
              "TCP  10.0.0.1:444 mh (mh-port) persistent 600 mask 255.255.255.0\n"
              "UDP  10.0.0.1:53 rr ops\n"
              "UDP  10.0.0.1:5060 rr persistent 60 pe sip\n"
              "TCP  [2001:db8::80]:80 rr\n"
              "FWM  7 wlc persistent 100\n"
              "FWM  8 IPv6 wlc persistent 100 mask 64\n");
}

TEST(Listing, FlagsOfOtherSchedulersHaveNumbers) {
    EXPECT_EQ(
        line_of(Service{.id = tcp("10.0.0.1", 80), .scheduler = "rr", .scheduler_flags = flag_1 | flag_3}),
        "TCP  10.0.0.1:80 rr (flag-1,flag-3)\n");
    EXPECT_EQ(
        line_of(Service{.id = tcp("10.0.0.1", 80), .scheduler = "sh", .scheduler_flags = flag_1 | flag_3}),
        "TCP  10.0.0.1:80 sh (sh-fallback)\n");
    EXPECT_EQ(line_of(Service{.id = tcp("10.0.0.1", 80), .scheduler = "vendor", .scheduler_flags = flag_2}),
              "TCP  10.0.0.1:80 vendor (flag-2)\n");
}

TEST(Listing, ServiceNamesOfEveryKind) {
    EXPECT_EQ(line_of(Service{.id = ServiceId::at(net::Protocol::sctp, at("10.0.0.1", 9))}),
              "SCTP 10.0.0.1:9 wlc\n");
    EXPECT_EQ(line_of(Service{.id = ServiceId::marked({0xffffffff})}), "FWM  4294967295 wlc\n");
    const auto odd_mask = net::Netmask::dotted(ip("255.0.255.0"));
    EXPECT_EQ(line_of(Service{.id = tcp("10.0.0.1", 0), .persistence = persistent(5, odd_mask)}),
              "TCP  10.0.0.1:0 wlc persistent 5 mask 255.0.255.0\n");
}

TEST(Listing, EveryForwardingMethodHasItsWord) {
    const struct {
        Forwarding forwarding;
        std::string_view word;
    } cases[] = {{Forwarding::masquerade, "Masq   "},
                 {Forwarding::local, "Local  "},
                 {Forwarding::tunnel, "Tunnel "},
                 {Forwarding::direct, "Route  "},
                 {Forwarding::bypass, "Bypass "}};
    for (const auto& each : cases)
        EXPECT_EQ(line_of(server(at("10.0.0.11", 80), each.forwarding)).substr(34, 7), each.word);
}

TEST(Listing, WideNumbersPushTheRestAside) {
    EXPECT_EQ(line_of(server(at("10.0.0.11", 80), Forwarding::direct, 2147483647,
                             {.active = 4294967295, .inactive = 12, .persistent = 3})),
              "  -> 10.0.0.11:80                 Route   2147483647 4294967295 12        \n");
}

TEST(Listing, LongIpv6ServersPushTheRestAside) {
    EXPECT_EQ(line_of(server(at("2001:db8:1111:2222:3333:4444:5555:6666", 65535), Forwarding::tunnel)),
              "  -> [2001:db8:1111:2222:3333:4444:5555:6666]:65535 Tunnel  1      0          0         \n");
}

TEST(Listing, NamesReplaceNumbersAndAreCutForIpv4Only) {
    const Naming naming{.host =
                            [](const net::IpAddress& a) {
                                return a.is_v4() ? "a-rather-long-name.example.org" : "six.example.org";
                            },
                        .port =
                            [](net::Port port, net::Protocol protocol) {
                                return port.number == 53 && protocol == net::Protocol::udp
                                           ? std::string("domain")
                                           : std::string("?");
                            }};
    const Dump dump{{.service = {.id = udp("10.0.0.1", 53)},
                     .destinations = {server(at("10.0.0.11", 53), Forwarding::direct),
                                      server(at("fd00::11", 53), Forwarding::tunnel)}},
                    {.service = {.id = udp("fd00::1", 53)}, .destinations = {}}};
    EXPECT_EQ(listing(dump, {.naming = naming}),
              "UDP  a-rather-long-name.example.o wlc\n"
              "  -> a-rather-long-name.example.o Route   1      0          0         \n"
              "  -> [six.example.org]:domain     Tunnel  1      0          0         \n"
              "UDP  [six.example.org]:domain wlc\n");
}

}  // namespace
}  // namespace pulse::ipvs
