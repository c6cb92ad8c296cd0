#include "network_script.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/config/read.h"

namespace pulse::lab {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string script_of(std::string_view network, std::string_view more = "") {
    std::string text = "primary = 10.0.0.1\nservice = lvs\nnetwork = ";
    text += network;
    text += "\nvirtual web {\nactive = 1\naddress = 10.0.0.10 eth0:1\nport = 80\n";
    text += more;
    text += "server one {\naddress = 10.0.1.11\nactive = 1\n}\n}\n";
    const auto reading = config::read(text);
    EXPECT_TRUE(reading.ok());
    return network_script(layout(reading.config));
}

TEST(NetworkScript, QuotesWhatAFileMayContain) {
    EXPECT_EQ(shell_quoted("plain"), "'plain'");
    EXPECT_EQ(shell_quoted("it's $HOME"), R"('it'\''s $HOME')");
}

TEST(NetworkScript, DirectRealServersHoldTheServiceQuietly) {
    const auto script = script_of("direct");

    EXPECT_THAT(script, HasSubstr("addr add 10.0.0.10/32 dev lo\n"));
    EXPECT_THAT(script, HasSubstr("echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore\n"));
    EXPECT_THAT(script, HasSubstr("echo 2 >/proc/sys/net/ipv4/conf/eth0/arp_announce\n"));
    EXPECT_THAT(script, Not(HasSubstr("default via")));
}

TEST(NetworkScript, TunnelRealServersOpenTheTunnelAndDoNotFilter) {
    const auto script = script_of("tunnel");

    EXPECT_THAT(script, HasSubstr("modprobe -a ipip ip6_tunnel\n"));
    EXPECT_THAT(script, HasSubstr("link set tunl0 up\n"));
    EXPECT_THAT(script, HasSubstr("echo 0 >/proc/sys/net/ipv4/conf/tunl0/rp_filter\n"));
}

TEST(NetworkScript, NatRealServersAnswerThroughTheRouter) {
    const auto script = script_of("nat");

    EXPECT_THAT(script, HasSubstr("route add default via 10.0.1.200 dev eth0 onlink\n"));
    EXPECT_THAT(script, Not(HasSubstr("arp_ignore")));
}

TEST(NetworkScript, MarksWhatArrivesForAMarkedService) {
    EXPECT_THAT(script_of("direct", "fwmark = 7\n"),
                HasSubstr("ip_proto tcp dst_ip 10.0.0.10 dst_port 80 action skbedit mark 7\n"));
    EXPECT_THAT(script_of("direct"), Not(HasSubstr("tc -batch")));
}

TEST(NetworkScript, TellsAWatcherTheTimers) {
    const auto script = script_of("direct", "timeout = 3\nreentry = 4\n");

    EXPECT_THAT(script, HasSubstr("lab_keepalive=2000 lab_deadtime=5000"));
    EXPECT_THAT(script, HasSubstr("lab_service1_timeout='3000' lab_service1_reentry='4000'"));
}

}  // namespace
}  // namespace pulse::lab
