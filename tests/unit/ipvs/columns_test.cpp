#include <gtest/gtest.h>

#include "pulse/ipvs/listing.h"

#include "helpers.h"

namespace pulse::ipvs {
namespace {

constexpr std::uint64_t million = 1'000'000;

/// The line of a service that has counted so many bytes, without its first 69 columns.
std::string bytes_shown(std::uint64_t bytes, bool exact = false) {
    const DumpedService service{.service = {.id = tcp("10.0.0.1", 80)},
                                .destinations = {},
                                .statistics = {.total = {.out_bytes = bytes}, .per_second = {}}};
    const auto line = listing({service}, {.columns = Columns::statistics, .exact = exact});
    return line.substr(69);
}

TEST(Columns, LargeNumbersAreCutNotRounded) {
    EXPECT_EQ(bytes_shown(0), "        0\n");
    EXPECT_EQ(bytes_shown(100 * million - 1), " 99999999\n");
    EXPECT_EQ(bytes_shown(100 * million), "  100000K\n");
    EXPECT_EQ(bytes_shown(1000 * million - 1), "  999999K\n");
    EXPECT_EQ(bytes_shown(1000 * million), "    1000M\n");
    EXPECT_EQ(bytes_shown(100'000 * million - 1), "   99999M\n");
    EXPECT_EQ(bytes_shown(100'000 * million), "     100G\n");
    EXPECT_EQ(bytes_shown(100'000'000 * million - 1), "   99999G\n");
    EXPECT_EQ(bytes_shown(100'000'000 * million), "     100T\n");
    EXPECT_EQ(bytes_shown(~std::uint64_t{0}), "18446744T\n");
}

TEST(Columns, ExactNumbersAreWhole) {
    EXPECT_EQ(bytes_shown(7, true), "        7\n");
    EXPECT_EQ(bytes_shown(123456789012, true), " 123456789012\n");
}

Dump busy() {
    const Counters total{
        .connections = 1, .in_packets = 6, .out_packets = 6, .in_bytes = 391, .out_bytes = 533};
    const Counters per_second{.connections = 100 * million,
                              .in_packets = 1,
                              .out_packets = 1,
                              .in_bytes = 100 * million,
                              .out_bytes = 50};
    return {{.service = {.id = tcp("10.1.0.1", 80), .scheduler = "rr", .persistence = persistent(300)},
             .destinations = {{.destination = {.endpoint = at("10.2.0.2", 80),
                                               .upper_threshold = 100,
                                               .lower_threshold = 50},
                               .connections = {.active = 7, .inactive = 1, .persistent = 3},
                               .statistics = {.total = total, .per_second = per_second}}},
             .statistics = {.total = total, .per_second = per_second}}};
}

std::string shown(Columns columns) { return listing_titles(columns) + listing(busy(), {.columns = columns}); }

TEST(Columns, Statistics) {
    EXPECT_EQ(shown(Columns::statistics),
              "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n"
              "  -> RemoteAddress:Port\n"
              "TCP  10.1.0.1:80                         1        6        6      391      533\n"
              "  -> 10.2.0.2:80                         1        6        6      391      533\n");
}

TEST(Columns, RatesOfConnectionsAndPacketsAreNeverShortened) {
    EXPECT_EQ(shown(Columns::rates),
              "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n"
              "  -> RemoteAddress:Port\n"
              "TCP  10.1.0.1:80                  100000000        1        1  100000K       50\n"
              "  -> 10.2.0.2:80                  100000000        1        1  100000K       50\n");
}

TEST(Columns, Thresholds) {
    EXPECT_EQ(shown(Columns::thresholds),
              "Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n"
              "  -> RemoteAddress:Port\n"
              "TCP  10.1.0.1:80 rr persistent 300\n"
              "  -> 10.2.0.2:80                  100        50         7          1         \n");
}

TEST(Columns, PersistentConnections) {
    EXPECT_EQ(shown(Columns::persistent_connections),
              "Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn \n"
              "  -> RemoteAddress:Port\n"
              "TCP  10.1.0.1:80 rr persistent 300\n"
              "  -> 10.2.0.2:80                  1         3           7          1         \n");
}

TEST(Columns, Tunnels) {
    const auto server = [](Forwarding forwarding, Tunnel tunnel = {}) {
        return DumpedDestination{
            .destination = {.endpoint = at("10.2.0.2", 80), .forwarding = forwarding, .tunnel = tunnel},
            .connections = {}};
    };
    const Dump dump{
        {.service = {.id = tcp("10.1.0.1", 80)},
         .destinations = {
             server(Forwarding::masquerade), server(Forwarding::tunnel),
             server(Forwarding::tunnel,
                    {.type = TunnelType::gue, .port = {6080}, .checksum = TunnelChecksum::remote}),
             server(Forwarding::tunnel,
                    {.type = TunnelType::gre, .port = {}, .checksum = TunnelChecksum::checksum}),
             server(Forwarding::tunnel, {.type = TunnelType::gre})}}};
    EXPECT_EQ(listing_titles(Columns::tunnels) + listing(dump, {.columns = Columns::tunnels}),
              "Prot LocalAddress:Port Scheduler Flags\n"
              "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn\n"
              "TCP  10.1.0.1:80 wlc\n"
              "  -> 10.2.0.2:80                  Masq    n/a           1      0          0         \n"
              "  -> 10.2.0.2:80                  Tunnel  ipip          1      0          0         \n"
              "  -> 10.2.0.2:80                  Tunnel  gue:6080:r+c  1      0          0         \n"
              "  -> 10.2.0.2:80                  Tunnel  gre:+c        1      0          0         \n"
              "  -> 10.2.0.2:80                  Tunnel  gre:-c        1      0          0         \n");
}

}  // namespace
}  // namespace pulse::ipvs
