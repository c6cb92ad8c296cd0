#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

using Lines = std::vector<std::string>;

/// A service that nobody could find fault with; `extra` goes before its server.
std::string service(const std::string& name, const std::string& extra, const std::string& server_extra = "") {
    return "virtual " + name + " {\nactive = 1\n" + extra + "\nserver s {\naddress = 10.0.1.1\nactive = 1\n" +
           server_extra + "\n}\n}\n";
}

TEST(Check, SoundServiceGivesNoWarning) {
    EXPECT_EQ(brief(read_text(service("a", "address = 10.0.0.10 eth0:1"))), Lines{});
}

TEST(Check, DeadtimeNotLongerThanKeepalive) {
    EXPECT_EQ(brief(read_text("keepalive = 5\ndeadtime = 5\n")),
              Lines{"2: warning: deadtime is not longer than keepalive"});
    EXPECT_EQ(brief(read_text("keepalive = 30\n")),
              Lines{"1: warning: deadtime is not longer than keepalive"});
    EXPECT_EQ(brief(read_text("keepalive = 100ms\ndeadtime = 300ms\n")), Lines{});
}

TEST(Check, NatWithoutNatRouterInAPair) {
    const auto pair = "primary = 10.0.0.1\nbackup = 10.0.0.2\nbackup_active = 1\nnetwork = nat\n" +
                      service("a", "address = 10.0.0.10 eth0:1");
    EXPECT_EQ(brief(read_text(pair)), Lines{"4: warning: network = nat without nat_router"});
    EXPECT_EQ(brief(read_text("nat_router = 10.0.1.254 eth1:1\n" + pair)), Lines{});
}

TEST(Check, LinksThatDoNotMatterInAPairWithAPrivatePath) {
    const std::string pair = "primary = 10.0.0.1\nbackup = 10.0.0.2\nbackup_active = 1\n";
    const std::string path = "primary_private = 10.0.1.1\nbackup_private = 10.0.1.2\n";
    const Lines warned{"6: warning: a lost public link would not move the role"};
    EXPECT_EQ(brief(read_text(pair + path + "monitor_links = 0\n")), warned);
    EXPECT_EQ(brief(read_text(pair + "heartbeat_path = 10.0.2.1 10.0.2.2\n\nmonitor_links = 0\n")), warned);
    EXPECT_EQ(brief(read_text(pair + path)), Lines{});
    EXPECT_EQ(brief(read_text(pair + path + "monitor_links = 1\n")), Lines{});
    EXPECT_EQ(brief(read_text(pair + "monitor_links = 0\n")), Lines{}) << "silence is the one way to see it";
}

TEST(Check, ActiveVirtualWithoutServersOrAddress) {
    EXPECT_EQ(brief(read_text("virtual a {\nactive = 1\n}\n")),
              (Lines{"1: warning: an active virtual without an address",
                     "1: warning: an active virtual without an active server"}));
}

TEST(Check, PortThatDirectRoutingCannotChange) {
    const auto text = service("a", "address = 10.0.0.10 eth0:1\nport = 80", "port = 8080");
    EXPECT_EQ(brief(read_text("network = direct\n" + text)),
              Lines{"9: warning: the real server's port is not the service's"});
    EXPECT_EQ(brief(read_text(text)), Lines{});
}

TEST(Check, FloatingAddressIsNobodyElses) {
    EXPECT_EQ(brief(read_text(service("a", "address = 10.0.1.1 eth0:1"))),
              Lines{"5: warning: the real server's address is the floating address"});
    EXPECT_EQ(brief(read_text("primary = 10.0.0.10\n" + service("a", "address = 10.0.0.10 eth0:1"))),
              Lines{"4: warning: the floating address is a router's own address"});
}

TEST(Check, ServicesTheKernelCannotTellApart) {
    const auto a = service("a", "address = 10.0.0.10 eth0:1");
    EXPECT_EQ(brief(read_text(a + a)), Lines{"12: warning: two services for tcp 10.0.0.10:80"});
    EXPECT_EQ(brief(read_text(a + service("b", "address = 10.0.0.10 eth0:1\nport = 443"))), Lines{});
    EXPECT_EQ(brief(read_text(a + service("b", "address = 10.0.0.10 eth0:1\nprotocol = udp\nexpect = x"))),
              Lines{});
    const auto marked = service("m", "address = 10.0.0.10 eth0:1\nfwmark = 7");
    EXPECT_EQ(brief(read_text(a + marked)), Lines{});
    EXPECT_EQ(brief(read_text(marked + marked)), Lines{"14: warning: two services for firewall mark 7"});
}

TEST(Check, SameRealServerTwice) {
    EXPECT_EQ(brief(read_text(service("a", "address = 10.0.0.10 eth0:1",
                                      "}\nserver t {\naddress = 10.0.1.1\nactive = 1"))),
              Lines{"9: warning: the same real server twice in one service"});
}

TEST(Check, PersistenceMaskWithoutPersistence) {
    EXPECT_EQ(brief(read_text(in_virtual("pmask = 255.255.255.0"))),
              Lines{"2: warning: pmask without persistent has no effect"});
    EXPECT_EQ(brief(read_text(in_virtual("pmask = 255.255.255.0\npersistent = 60"))), Lines{});
}

}  // namespace
}  // namespace pulse::config::testing
