#include "reload_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/config/read.h"

namespace pulse::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

config::Config read(const std::string& text) {
    auto reading = config::read(text);
    EXPECT_TRUE(reading.ok()) << config::format(reading.diagnostics, "lvs.cf", text);
    return reading.config;
}

std::string service(const std::string& name, const std::string& address, int servers,
                    const std::string& more = "") {
    auto text = "virtual " + name + " {\n active = 1\n address = " + address + "\n port = 80\n" + more;
    for (int i = 1; i <= servers; ++i)
        text += " server s" + std::to_string(i) + " {\n  address = 10.0.1." + std::to_string(i) +
                "\n  active = 1\n }\n";
    return text + "}\n";
}

const std::string top = "primary = 10.0.0.1\nservice = lvs\n";

TEST(ReloadChanges, NameAServiceAddressThatGoes) {
    const auto before = read(top + service("web", "10.0.0.10 eth0:1", 1) +
                             "virtual mail {\n active = 1\n address = 10.0.0.11 eth0:2\n port = 25\n}\n");
    const auto after = read(top + service("web", "10.0.0.10 eth0:1", 1) +
                            "virtual mail {\n active = 0\n address = 10.0.0.11 eth0:2\n port = 25\n}\n");
    EXPECT_EQ(reload_changes(before, after).to_string(),
              "0 edits, 0 added, 1 removed; floating address 10.0.0.11 removed");
    EXPECT_EQ(reload_changes(after, before).to_string(),
              "0 edits, 1 added, 0 removed; floating address 10.0.0.11 added");
}

TEST(ReloadChanges, OfTheAddressOfAGatewayAreNamedToo) {
    const auto before = read(top + service("web", "10.0.0.10 eth0:1", 1));
    const auto after = read(top + "nat_router = 10.0.1.254 eth1:1\n" + service("web", "10.0.0.10 eth0:1", 1));
    EXPECT_EQ(reload_changes(before, after).to_string(),
              "0 edits, 0 added, 0 removed; floating address 10.0.1.254 added; nat_router changed");
}

TEST(ReloadChanges, AnotherLabelIsAChangeAndNoRemoval) {
    const auto changes = reload_changes(read(top + service("web", "10.0.0.10 eth0:1", 1)),
                                        read(top + service("web", "10.0.0.10 eth0:7", 1)));
    EXPECT_EQ(changes.to_string(), "0 edits, 0 added, 0 removed; floating address 10.0.0.10 changed");
}

TEST(ReloadChanges, NameKeysOfTheFileAndOfTheKernel) {
    const auto before = read(top + "deadtime = 5\nsysctl {\n net.ipv4.ip_forward = 1\n}\n");
    const auto after = read(top + "deadtime = 300ms\nnotify_cmd = /bin/true\n");
    auto changes = reload_changes(before, after);
    EXPECT_THAT(changes.keys, ElementsAre("notify_cmd", "deadtime", "net.ipv4.ip_forward"));
    changes.heartbeat_keys = true;
    EXPECT_THAT(changes.to_string(), HasSubstr("; keys of heartbeats changed"));
}

TEST(ReloadChanges, NothingIsNothing) {
    const auto config = read(top + service("web", "10.0.0.10 eth0:1", 3));
    EXPECT_EQ(reload_changes(config, config).to_string(), "0 edits, 0 added, 0 removed");
    EXPECT_EQ(too_much(reload_changes(config, config)), std::nullopt);
}

TEST(TooMuch, MoreThanHalfOfTheRealServersNeedsSomebodyWhoInsists) {
    const auto four = read(top + service("web", "10.0.0.10 eth0:1", 4));
    EXPECT_EQ(too_much(reload_changes(four, read(top + service("web", "10.0.0.10 eth0:1", 2)))),
              std::nullopt);
    EXPECT_EQ(too_much(reload_changes(four, read(top + service("web", "10.0.0.10 eth0:1", 1)))),
              "this would take 3 of 4 real servers away: web/s2, web/s3, web/s4; if that is meant, say so: "
              "pulsectl reload --force");
}

TEST(TooMuch, CountsServersOfServicesThatGo) {
    const auto two = service("web", "10.0.0.10 eth0:1", 1) + service("shop", "10.0.0.11 eth0:2", 3);
    const auto changes = reload_changes(read(top + two), read(top + service("web", "10.0.0.10 eth0:1", 1)));
    EXPECT_THAT(changes.lost, SizeIs(3));
    EXPECT_TRUE(too_much(changes));
}

TEST(TooMuch, ANewNameOrANewServiceAddressTakesNoServerAway) {
    const auto before = read(top + service("web", "10.0.0.10 eth0:1", 4));
    EXPECT_THAT(reload_changes(before, read(top + service("shop", "10.0.0.10 eth0:1", 4))).lost, SizeIs(0));
    EXPECT_THAT(reload_changes(before, read(top + service("web", "10.0.0.99 eth0:1", 4))).lost, SizeIs(0));
}

TEST(TooMuch, OthersInTheirPlaceDoNotMakeUpForIt) {
    const auto before = read(top + service("web", "10.0.0.10 eth0:1", 2));
    auto after = before;
    for (auto& server : after.virtual_servers[0].servers)
        server.address = *net::IpAddress::parse("10.0.9." + server.name.substr(1));
    EXPECT_TRUE(too_much(reload_changes(before, after)));
}

TEST(TooMuch, NamesNoMoreThanFitsInAnAnswer) {
    const auto changes = reload_changes(read(top + service("web", "10.0.0.10 eth0:1", 200)),
                                        read(top + service("web", "10.0.0.10 eth0:1", 1)));
    EXPECT_THAT(*too_much(changes), HasSubstr("web/s21 and 179 more"));
}

}  // namespace
}  // namespace pulse::daemon
