#include "pulse/ipvs/spelling.h"

#include <gtest/gtest.h>

#include "helpers.h"
#include "spoken_commands.h"

namespace pulse::ipvs {
namespace {

TEST(Spelling, StepsAreIpvsadmCommands) {
    const auto web = tcp("10.0.0.10", 80);
    EXPECT_EQ(spelling(AddService{{.id = web}}), "-A -t 10.0.0.10:80 -s wlc");
    EXPECT_EQ(spelling(EditService{{.id = udp("10.0.0.10", 53), .scheduler = "rr", .one_packet = true}}),
              "-E -u 10.0.0.10:53 -s rr -o");
    EXPECT_EQ(spelling(DeleteService{ServiceId::marked({7}, net::Family::v6)}), "-D -f 7 -6");
    EXPECT_EQ(spelling(AddDestination{
                  web, {.endpoint = at("10.0.1.11", 8080), .forwarding = Forwarding::masquerade}}),
              "-a -t 10.0.0.10:80 -r 10.0.1.11:8080 -m -w 1");
    EXPECT_EQ(
        spelling(EditDestination{
            web,
            {.endpoint = at("10.0.1.11", 80), .weight = 0, .upper_threshold = 100, .lower_threshold = 50}}),
        "-e -t 10.0.0.10:80 -r 10.0.1.11:80 -g -w 0 -x 100 -y 50");
    EXPECT_EQ(spelling(DeleteDestination{tcp("fd00::1", 443), at("fd00::2", 443)}),
              "-d -t [fd00::1]:443 -r [fd00::2]:443");
}

TEST(Spelling, EverythingAboutAServiceIsSaid) {
    const Service service{.id = ServiceId::at(net::Protocol::sctp, at("10.0.0.10", 9)),
                          .scheduler = "sh",
                          .scheduler_flags = 0x38,
                          .persistence = persistent(60, net::Netmask::prefix(net::Family::v4, 24)),
                          .engine = "sip"};
    EXPECT_EQ(spelling(AddService{service}),
              "-A --sctp-service 10.0.0.10:9 -s sh -p 60 -M 255.255.255.0 --pe sip -b sh-fallback,sh-port");
}

TEST(Spelling, TunnelsAreDescribed) {
    const auto with = [](Tunnel tunnel) {
        const Destination server{
            .endpoint = at("10.0.1.11", 80), .forwarding = Forwarding::tunnel, .tunnel = tunnel};
        return spelling(AddDestination{tcp("10.0.0.10", 80), server}).substr(35);
    };
    EXPECT_EQ(with({}), "-i -w 1 --tun-type ipip");
    EXPECT_EQ(with({.type = TunnelType::gre, .port = {}, .checksum = TunnelChecksum::checksum}),
              "-i -w 1 --tun-type gre --tun-csum");
    EXPECT_EQ(with({.type = TunnelType::gue, .port = {6080}, .checksum = TunnelChecksum::remote}),
              "-i -w 1 --tun-type gue --tun-port 6080 --tun-remcsum");
}

TEST(Spelling, IsWhatOurIpvsadmReads) {
    const auto web = tcp("10.0.0.10", 80);
    const Destination server{
        .endpoint = at("10.0.1.11", 8080), .forwarding = Forwarding::masquerade, .weight = 7};
    EXPECT_EQ(asked(spelling(AddService{{.id = web, .scheduler = "rr", .persistence = persistent(90)}})),
              "add TCP 10.0.0.10:80 rr persistent 90");
    EXPECT_EQ(asked(spelling(AddDestination{web, server})),
              "add TCP 10.0.0.10:80 10.0.1.11:8080 method 0 weight 7 limits 0-0");
    EXPECT_EQ(asked(spelling(DeleteService{ServiceId::marked({7}, net::Family::v6)})), "delete FWM 7 IPv6");
}

}  // namespace
}  // namespace pulse::ipvs
