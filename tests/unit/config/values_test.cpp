#include <array>

#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

using namespace std::chrono_literals;

TEST(Values, DurationsAreSecondsUnlessTheySayOtherwise) {
    struct Row {
        std::string_view text;
        std::chrono::milliseconds value;
    };
    const auto rows = std::to_array<Row>({{"7", 7s},
                                          {"250ms", 250ms},
                                          {"1.5s", 1500ms},
                                          {"1.5", 1500ms},
                                          {"0.25", 250ms},
                                          {"2m", 2min},
                                          {"1h", 1h},
                                          {"1d", 24h},
                                          {"2147483647", 2147483647s}});
    for (const auto& row : rows) {
        SCOPED_TRACE(row.text);
        const auto reading = read_text(in_virtual("reentry = " + std::string(row.text)));
        EXPECT_TRUE(reading.ok());
        EXPECT_EQ(reading.config.virtual_servers.at(0).reentry, row.value);
    }
}

TEST(Values, ImpossibleNumbersAreRefusedNeverWrapped) {
    struct Row {
        std::string_view line;
        std::string_view says;
    };
    const auto rows = std::to_array<Row>({
        {"timeout = 0", "integer out of range"},
        {"timeout = 0ms", "integer out of range"},
        {"timeout = 0.0001", "integer out of range"},
        {"timeout = -1", "integer out of range"},
        {"timeout = -1s", "integer expected"},
        {"timeout = 1.2.3", "integer expected"},
        {"timeout = 5 s", "unexpected arguments"},
        {"timeout = 08", "integer expected"},
        {"timeout = 2147483648", "integer out of range"},
        {"timeout = 99999999999999999999999", "integer out of range"},
        {"timeout = 99999999999999999999999d", "integer out of range"},
        {"timeout = .", "integer expected"},
        {"timeout = s", "integer expected"},
        {"timeout = 1e3", "integer expected"},
        {"timeout = nan", "integer expected"},
        {"persistent = 1.5", "integer expected"},
        {"persistent = 500ms", "integer expected"},
        {"port = 65536", "integer out of range"},
        {"port = -1", "integer out of range"},
        {"fwmark = -1", "integer out of range"},
        {"fwmark = 4294967296", "integer out of range"},
        {"fwmark = 99999999999999999999", "integer out of range"},
        {"fwmark = 0x", "integer expected"},
    });
    for (const auto& row : rows) {
        SCOPED_TRACE(row.line);
        const auto reading = read_text(in_virtual(row.line));
        ASSERT_EQ(reading.diagnostics.size(), 1U);
        EXPECT_EQ(reading.diagnostics[0].severity, Severity::error);
        EXPECT_EQ(reading.diagnostics[0].text.substr(0, row.says.size()), row.says);
        const auto untouched = VirtualServer{.name = "v"};
        EXPECT_EQ(reading.config.virtual_servers.at(0), untouched);
    }
}

TEST(Values, RangesAtTheTopLevel) {
    EXPECT_FALSE(read_text("heartbeat_port = 0\n").ok());
    EXPECT_EQ(read_text("syncd_id = 300\n").config.syncd_id, 44);
    EXPECT_EQ(brief(read_text("syncd_id = 300\n")),
              std::vector<std::string>{"1: warning: integer out of range: \"300\""});
    EXPECT_FALSE(read_text("keepalive = 0\n").ok());
    EXPECT_FALSE(read_text("deadtime = -1\n").ok());
    EXPECT_EQ(read_text("syncd_id = 255\n").config.syncd_id, 255);
    EXPECT_EQ(read_text("serial_no = 2013042401\n").config.serial_no, 2013042401);
    EXPECT_EQ(read_text("monitor_links = 7\n").config.monitor_links, true);
    EXPECT_EQ(read_text("monitor_links = 0\n").config.monitor_links, false) << "not the same as nothing";
    EXPECT_EQ(read_text("primary = 10.0.0.1\n").config.monitor_links, std::nullopt);
    EXPECT_FALSE(read_text(in_server("weight = -1")).ok());
    EXPECT_EQ(read_text(in_server("weight = 0")).config.virtual_servers.at(0).servers.at(0).weight, 0);
}

TEST(Values, OctalIsMentioned) {
    EXPECT_EQ(brief(read_text("syncd_id = 010\n")),
              (std::vector<std::string>{"1: warning: a leading zero makes the number octal: \"010\""}));
    EXPECT_TRUE(read_text("syncd_id = 07\n").diagnostics.empty());
}

TEST(Values, HostsMayBeNamesAndIpv6) {
    EXPECT_EQ(read_text("primary = www\n").config.primary, net::IpAddress::parse("10.0.0.80"));
    EXPECT_EQ(read_text("primary = fd00::1\n").config.primary, net::IpAddress::parse("fd00::1"));
    const auto service =
        read_text(in_virtual("vip_nmask = 64\naddress = fd00::a eth0")).config.virtual_servers.at(0);
    EXPECT_EQ(service.address.value_or(DeviceAddress{}).address, net::IpAddress::parse("fd00::a"));
    EXPECT_EQ(service.vip_nmask, net::Netmask::prefix(net::Family::v6, 64));
}

TEST(Values, UnspecifiedAddressesUnset) {
    const auto reading =
        read_text("backup = 0.0.0.0\nnat_nmask = 0.0.0.0\n" +
                  in_virtual("address = 0.0.0.0 eth0:1\nvip_nmask = 0.0.0.0\nsorry_server = 0.0.0.0"));
    EXPECT_TRUE(reading.diagnostics.empty());
    EXPECT_EQ(reading.config.backup, std::nullopt);
    EXPECT_EQ(reading.config.nat_nmask, std::nullopt);
    EXPECT_EQ(reading.config.virtual_servers.at(0), VirtualServer{.name = "v"});
}

TEST(Values, LaterUnspecifiedAddressUnsetsTheEarlierOne) {
    EXPECT_EQ(read_text("backup = 10.0.0.2\nbackup = 0.0.0.0\n").config.backup, std::nullopt);
}

TEST(Values, PersistenceMaskOfOneAddressIsUnset) {
    EXPECT_EQ(read_text(in_virtual("pmask = 255.255.255.255")).config.virtual_servers.at(0).pmask,
              std::nullopt);
    EXPECT_EQ(read_text(in_virtual("pmask = 255.255.240.0")).config.virtual_servers.at(0).pmask,
              net::Netmask::prefix(net::Family::v4, 20));
    EXPECT_EQ(read_text(in_virtual("pmask = 24")).config.virtual_servers.at(0).pmask,
              net::Netmask::prefix(net::Family::v4, 24));
}

TEST(Values, MaskOfAnAddressMustBeAPrefix) {
    EXPECT_EQ(errors(in_virtual("vip_nmask = 255.0.255.0")),
              (std::vector<std::string>{"2: Bad subnet mask specified: \"255.0.255.0\""}));
    EXPECT_EQ(errors("nat_nmask = 33\n"), (std::vector<std::string>{"1: Bad subnet mask specified: \"33\""}));
}

TEST(Values, QuotesOfBothKindsAreStripped) {
    const auto service =
        read_text(in_virtual("send = 'a b'\nexpect = \"c\"\nstart_cmd = 'x y'")).config.virtual_servers.at(0);
    EXPECT_EQ(service.send, "a b");
    EXPECT_EQ(service.expect, "c");
    EXPECT_EQ(service.start_cmd, "x y");
}

TEST(Values, EverySchedulerIsAccepted) {
    for (const auto* name :
         {"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos"})
        EXPECT_EQ(
            read_text(in_virtual(std::string("scheduler = ") + name)).config.virtual_servers.at(0).scheduler,
            name);
}

}  // namespace
}  // namespace pulse::config::testing
