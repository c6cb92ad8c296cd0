#include "pulse/director/marks.h"

#include <gtest/gtest.h>

#include "pulse/config/read.h"
#include "pulse/director/director.h"

namespace pulse::director {
namespace {

config::Config config_of(const std::string& keys, const std::string& address = "10.0.0.10") {
    return config::read("virtual web {\nactive = 1\naddress = " + address + " eth0:1\n" + keys +
                        "server one {\naddress = 10.0.1.11\nactive = 1\n}\n}\n")
        .config;
}

std::string rules_of(const std::string& keys, const std::string& address = "10.0.0.10") {
    const auto rules = mark_rules(config_of(keys, address));
    const auto begin = rules.find("accept;\n");
    if (begin == std::string::npos) return rules;
    return rules.substr(begin + 8, rules.rfind("    }\n") - begin - 8);
}

TEST(Marks, PortsOfAnAddressGetTheMark) {
    EXPECT_EQ(mark_rules(config_of("fwmark = 7\nmark_ports = 80,443,10000:20000\n")),
              "    chain prerouting {\n"
              "        type filter hook prerouting priority mangle; policy accept;\n"
              "        ip daddr 10.0.0.10 tcp dport { 80, 443, 10000-20000 } meta mark set 7\n"
              "    }\n");
}

TEST(Marks, ProtocolIsTheServicesUnlessAPortSaysOtherwise) {
    EXPECT_EQ(rules_of("fwmark = 7\nprotocol = udp\nmark_ports = 5060 5060/tcp\n", "fd00::10"),
              "        ip6 daddr fd00::10 tcp dport { 5060 } meta mark set 7\n"
              "        ip6 daddr fd00::10 udp dport { 5060 } meta mark set 7\n");
}

TEST(Marks, OverlappingRangesAreOne) {
    EXPECT_EQ(rules_of("fwmark = 7\nmark_ports = 100:200 80 150:300 80 301\n"),
              "        ip daddr 10.0.0.10 tcp dport { 80, 100-300, 301 } meta mark set 7\n");
}

TEST(Marks, WithoutThePortsNothingIsMarked) {
    EXPECT_EQ(rules_of("fwmark = 7\n"), "");
    EXPECT_EQ(rules_of("mark_ports = 80\n"), "");
    EXPECT_EQ(rules_of("fwmark = 7\nmark_ports = 80\nactive = 0\n"), "");
}

TEST(Marks, NatLeavesThePortAloneWhereThereMayBeSeveral) {
    const auto port_behind = [](const std::string& keys) {
        const auto config = config_of("fwmark = 7\n" + keys);
        return desired_table(config, everyone_up(config))
            .begin()
            ->second.destinations.begin()
            ->first.port.number;
    };
    EXPECT_EQ(port_behind("mark_ports = 80,443\n"), 0);
    EXPECT_EQ(port_behind("mark_ports = 8000:8001\n"), 0);
    EXPECT_EQ(port_behind("mark_ports = 443\n"), 80);
    EXPECT_EQ(port_behind(""), 0);  // the administrator's marks may be for any
}

}  // namespace
}  // namespace pulse::director
