// What a chaos run expects of the routers, from their lvs.cf.
#include "setup.h"

#include <fstream>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::chaos {
namespace {

using testing::Contains;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr const char* pair = R"(primary = 10.0.0.1
backup = 10.0.0.2
backup_active = 1
service = lvs
network = nat
nat_router = 10.0.1.254 eth1:1
virtual web {
    active = 1
    address = 10.0.0.10 eth0:1
    port = 80
    scheduler = wrr
    server alpha {
        address = 10.0.1.11
        active = 1
        weight = 3
    }
    server bravo {
        address = 10.0.1.12
    }
}
)";

TEST(ChaosSetup, ExpectsTheActiveServersOfTheFile) {
    const auto wanted = expected(understood(pair));
    EXPECT_THAT(wanted.table,
                UnorderedElementsAre("TCP 0A00000A:0050 wrr", "TCP 0A00000A:0050 -> 0A00010B:0050 Masq 3"));
    EXPECT_EQ(wanted.floating.size(), 2U);
    EXPECT_EQ(wanted.nannies, 1);
}

TEST(ChaosSetup, ReadsTheKernelsTableTheSameWay) {
    EXPECT_EQ(table_from("IP Virtual Server version 1.2.1 (size=4096)\n"
                         "Prot LocalAddress:Port Scheduler Flags\n"
                         "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n"
                         "TCP  0A00000A:0050 wrr  \n"
                         "  -> 0A00010B:0050      Masq    3      0          12        \n"),
              expected(understood(pair)).table);
}

TEST(ChaosSetup, EditsOneServerAndNothingElse) {
    const auto text = with(pair, 0, 1, "active", "1");
    EXPECT_EQ(expected(understood(text)).nannies, 2);
    const auto direct = with(text, "network", "direct");
    EXPECT_THAT(expected(understood(direct)).table, Contains("TCP 0A00000A:0050 -> 0A00010C:0050 Route 1"));
    EXPECT_EQ(understood(without(direct, "nat_router")).nat_router, std::nullopt);
}

TEST(ChaosSetup, AFaultyTextIsAnException) {
    EXPECT_THROW((void)understood("virtual {"), std::runtime_error);
    EXPECT_THROW((void)with(pair, 1, 0, "weight", "2"), std::out_of_range);
}

}  // namespace
}  // namespace pulse::chaos
