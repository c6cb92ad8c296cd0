#include <random>

#include <gtest/gtest.h>

#include "pulse/base/text.h"

#include "spoken_commands.h"

namespace pulse::ipvs {
namespace {

/// Every line is refused with this status and its text.
struct Case {
    std::string_view line;
    std::string_view text;
};

void expect_refused(int status, std::initializer_list<Case> cases) {
    for (const auto& each : cases)
        EXPECT_EQ(asked(each.line), "refused (" + std::to_string(status) + "): " + std::string(each.text))
            << each.line;
}

TEST(Refusal, TheFirstOptionMustBeACommand) {
    constexpr std::string_view help = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.";
    expect_refused(255, {
                            {"-6 -A -f 7", help},
                            {"-n", help},
                            {"foo", help},
                            {"''", help},
                            {"-", help},
                            {"--", help},
                            {"-t 10.0.0.1:80 -A", help},
                            {"-t", help},
                            {"-q", help},
                            {"--bogus", help},
                            {"--add-service=x", help},
                        });
}

TEST(Refusal, ThereIsOneCommand) {
    expect_refused(2, {
                          {"-A -D", "invalid option `-D'"},
                          {"-AD", "invalid option `-AD'"},
                          {"-L -L", "invalid option `-L'"},
                          {"-A --delete-service -t 10.0.0.1:80", "invalid option `--delete-service'"},
                          {"-A -h", "invalid option `-h'"},
                      });
}

TEST(Refusal, AnUnreadableOptionIsQuotedAsItsWord) {
    expect_refused(255, {
                            {"-A --bogus", "--bogus: unknown option"},
                            {"-A --bogus=3", "--bogus=3: unknown option"},
                            {"-A --=3", "--=3: unknown option"},
                            {"-L -q", "-q: unknown option"},
                            {"-Lqn", "-Lqn: unknown option"},
                            {"-A -t 10.0.0.1:80 -p -1", "-1: unknown option"},
                            {"-D --s 10.0.0.1:80", "--s: unknown option"},
                            {"-L --numeric=1", "--numeric=1: option does not take an argument"},
                            {"-A -t", "-t: missing argument"},
                            {"-At", "-At: missing argument"},
                            {"-A --tcp-service", "--tcp-service: missing argument"},
                            {"-A -t 10.0.0.1:80 --schedu", "--schedu: missing argument"},
                        });
}

TEST(Refusal, EachOptionComesAtMostOnce) {
    expect_refused(2,
                   {
                       {"-A -t 10.0.0.1:80 -t 10.0.0.1:80", "multiple 'service-address' options specified"},
                       {"-A -t 10.0.0.1:80 -f 7", "multiple 'service-address' options specified"},
                       {"-a -g -m", "multiple 'forwarding-method' options specified"},
                       {"-L -n -n", "multiple 'numeric' options specified"},
                       {"-A -s rr -s rr", "multiple 'scheduler' options specified"},
                       {"-A -p -p", "multiple 'persistent' options specified"},
                       {"-A -M 1 -M 1", "multiple 'netmask' options specified"},
                       {"-a -r a -r a", "multiple 'real-server' options specified"},
                       {"-a -w 1 -w 1", "multiple 'weight' options specified"},
                       {"-a -x 1 -x 1", "multiple 'u-threshold' options specified"},
                       {"-a -y 1 -y 1", "multiple 'l-threshold' options specified"},
                       {"-A -oo", "multiple 'ops' options specified"},
                   });
}

TEST(Refusal, ALeftOverWordIsUnexpected) {
    expect_refused(2, {
                          {"-C now", "unexpected argument now"},
                          {"-L -", "unexpected argument -"},
                          {"-A -t 10.0.0.1:80 rr", "unexpected argument rr"},
                          {"-A -- -t 10.0.0.1:80", "unexpected argument -t"},
                      });
}

TEST(Refusal, ACommandTakesItsOwnOptions) {
    expect_refused(
        2,
        {
            {"-D -f 7 -s rr", "Illegal 'scheduler' option with the 'delete-service' command"},
            {"-A -f 7 -n", "Illegal 'numeric' option with the 'add-service' command"},
            {"-A -f 7 -r 10.0.0.2", "Illegal 'real-server' option with the 'add-service' command"},
            {"-E -f 7 -w 1", "Illegal 'weight' option with the 'edit-service' command"},
            {"-a -f 7 -r 10.0.0.2 -p", "Illegal 'persistent' option with the 'add-server' command"},
            {"-e -f 7 -r 10.0.0.2 -M 24", "Illegal 'netmask' option with the 'edit-server' command"},
            {"-d -f 7 -r 10.0.0.2 -m", "Illegal 'forwarding-method' option with the 'delete-server' command"},
            {"-a -f 7 -r 10.0.0.2 -o", "Illegal 'ops' option with the 'add-server' command"},
            {"-C -f 7", "Illegal 'service-address' option with the 'flush' command"},
            {"-C -n", "Illegal 'numeric' option with the 'flush' command"},
            {"-L -x 1", "Illegal 'u-threshold' option with the 'list' command"},
            {"-L -y 1", "Illegal 'l-threshold' option with the 'list' command"},
        });
}

TEST(Refusal, ACommandNeedsItsObject) {
    expect_refused(
        2, {
               {"-A", "You need to supply the 'service-address' option for the 'add-service' command"},
               {"-E -s rr", "You need to supply the 'service-address' option for the 'edit-service' command"},
               {"-D", "You need to supply the 'service-address' option for the 'delete-service' command"},
               {"-a -r 10.0.0.2",
                "You need to supply the 'service-address' option for the 'add-server' command"},
               {"-a -f 7", "You need to supply the 'real-server' option for the 'add-server' command"},
               {"-e -f 7", "You need to supply the 'real-server' option for the 'edit-server' command"},
               {"-d -f 7", "You need to supply the 'real-server' option for the 'delete-server' command"},
           });
}

TEST(Refusal, Ipv6BelongsToAMark) {
    expect_refused(2, {
                          {"-A -t 10.0.0.1:80 -6", "-6 used before -f\n"},
                          {"-L -6", "-6 used before -f\n"},
                          {"-C -6", "-6 used before -f\n"},
                      });
}

TEST(Refusal, VirtualServerAddresses) {
    for (const auto* address :
         {"10.0.0.1:65536", "10.0.0.1:-1", "10.0.0.1:", "10.0.0.1:domain", ":80", "80", "nowhere:80",
          "[fd00::a]", "[fd00::a]80", "[]:80", "[10.0.0.1]:80", "[www]:80", "[fe80::9%lo]:80", "[fd00::a",
          "fd00::a::80", "10.0.0.1:80:90", "10.0.0.256:80", "''"}) {
        for (const auto* option : {"-D -t ", "-L -t ", "-A -s rr -t "})
            EXPECT_EQ(asked(option + std::string(address)),
                      "refused (2): illegal virtual server address[:port] specified")
                << address;
    }
}

TEST(Refusal, RealServerAddresses) {
    for (const auto* address : {"10.0.0.2:65536", "80", "nowhere", "[fd00::2]", "[10.0.0.2]:80", "''"}) {
        for (const auto* option : {"-a -f 7 -r ", "-e -f 7 -r ", "-d -f 7 -r "})
            EXPECT_EQ(asked(option + std::string(address)),
                      "refused (2): illegal real server address[:port] specified")
                << address;
    }
    expect_refused(2, {
                          {"-a -t 10.0.0.1:80 -r [fd00::2]:80",
                           "Different address family is allowed only for tunneling servers"},
                          {"-e -t [fd00::1]:80 -r 10.0.0.2:80 -m",
                           "Different address family is allowed only for tunneling servers"},
                          {"-a -f 7 -6 -r 10.0.0.2:80",
                           "Different address family is allowed only for tunneling servers"},
                      });
}

TEST(Refusal, ValuesOutOfRange) {
    expect_refused(2, {
                          {"-A -f 0", "invalid fwmark value `0' specified"},
                          {"-A -f 4294967296", "invalid fwmark value `4294967296' specified"},
                          {"-A -f 0x7", "invalid fwmark value `0x7' specified"},
                          {"-A -f -1", "invalid fwmark value `-1' specified"},
                          {"-A -f ''", "invalid fwmark value `' specified"},
                          {"-A -f 7 -p 0", "invalid timeout value `0' specified"},
                          {"-A -f 7 -p 2678401", "invalid timeout value `2678401' specified"},
                          {"-A -f 7 -po", "invalid timeout value `o' specified"},
                          {"-A -f 7 --persistent=", "invalid timeout value `' specified"},
                          {"-a -f 7 -r 10.0.0.2 -w -1", "illegal weight specified"},
                          {"-a -f 7 -r 10.0.0.2 -w 2147483648", "illegal weight specified"},
                          {"-a -f 7 -r 10.0.0.2 -w x", "illegal weight specified"},
                          {"-a -f 7 -r 10.0.0.2 -x -1", "illegal u_threshold specified"},
                          {"-a -f 7 -r 10.0.0.2 -y 2147483648", "illegal l_threshold specified"},
                      });
}

TEST(Refusal, Masks) {
    for (const auto* mask : {"0", "33", "255.255", "x", "fd00::", "''"})
        EXPECT_EQ(asked("-A -f 7 -p -M " + std::string(mask)),
                  "refused (2): illegal virtual server persistent mask specified")
            << mask;
    for (const auto* mask : {"0", "129", "255.255.255.0", "ffff::", "x"})
        EXPECT_EQ(asked("-A -f 7 -6 -p -M " + std::string(mask)),
                  "refused (2): illegal ipv6 netmask specified")
            << mask;
}

TEST(Refusal, WhatTheServiceCannotBe) {
    expect_refused(
        2, {
               {"-A -t 10.0.0.1:80 -o", "One-Packet Scheduling is only for UDP virtual services"},
               {"-E --sctp-service 10.0.0.1:80 -o", "One-Packet Scheduling is only for UDP virtual services"},
               {"-A -t 10.0.0.1", "Zero port specified for non-persistent service"},
               {"-E -u 10.0.0.1:0 -o", "Zero port specified for non-persistent service"},
               {"-A -t fd00::a", "Zero port specified for non-persistent service"},
           });
}

TEST(Refusal, AWordBeforeTheCommandIsOneTooMany) {
    expect_refused(2, {
                          {"foo -L", "unexpected argument foo"},
                          {"/sbin/ipvsadm -A -t 10.0.0.1:80", "unexpected argument /sbin/ipvsadm"},
                      });
    EXPECT_EQ(asked("1 --set 2 3"), "set Timeout (tcp tcpfin udp): 1 2 3");
}

TEST(Refusal, ListingsThatExcludeEachOther) {
    expect_refused(
        2, {
               {"-L -c --timeout",
                "The option 'timeout' conflicts with the 'connection' option in the 'list' command"},
               {"-L -t 10.0.0.1:80 -c",
                "The option 'service-address' conflicts with the 'connection' option in the 'list' command"},
               {"-L --daemon --timeout",
                "The option 'daemon' conflicts with the 'timeout' option in the 'list' command"},
               {"-L -c --stats", "options conflicts in the list command"},
               {"-L --timeout --rate", "options conflicts in the list command"},
               {"-L --daemon --thresholds", "options conflicts in the list command"},
               {"-L --daemon --persistent-conn", "options conflicts in the list command"},
           });
}

TEST(Refusal, TunnelOptions) {
    const std::string of_a_tunnel = "-a -f 7 -r 10.0.0.2 -i ";
    const struct {
        std::string options;
        std::string text;
    } cases[] = {
        {"--tun-type xx", "illegal tunnel type specified"},
        {"--tun-port 0", "illegal tunnel port specified"},
        {"--tun-port 9", "Illegal 'tun-port' option with the 'ipip' tunnel type"},
        {"--tun-csum", "Illegal 'tun-csum' option with the 'ipip' tunnel type"},
        {"--tun-type gue", "You need to supply the 'tun-port' option for the 'gue' tunnel type"},
        {"--tun-type gre --tun-remcsum", "Illegal 'tun-remcsum' option with the 'gre' tunnel type"},
        {"--tun-type gre --tun-csum --tun-nocsum",
         "The option 'tun-csum' conflicts with the 'tun-nocsum' option in the 'gre' tunnel type"},
    };
    for (const auto& each : cases)
        EXPECT_EQ(asked(of_a_tunnel + each.options), "refused (2): " + each.text) << each.options;
    EXPECT_EQ(asked("-a -f 7 -r 10.0.0.2 -m --tun-type gre"),
              "refused (2): Tunnel options conflict with forward method");
}

TEST(Refusal, SchedulerFlags) {
    expect_refused(2, {
                          {"-A -f 7 -s rr -b flag-4", "invalid scheduler flag `flag-4'"},
                          {"-A -f 7 -s sh -b mh-port", "incompatible scheduler flag `mh-port'"},
                          {"-A -f 7 -b sh-port", "incompatible scheduler flag `sh-port'"},
                      });
}

TEST(Refusal, DaemonsAndTimeouts) {
    expect_refused(
        2, {
               {"--start-daemon x", "illegal start-daemon parameter specified"},
               {"--stop-daemon x", "illegal start_daemon specified"},
               {"--start-daemon master --syncid 256", "illegal syncid specified"},
               {"--start-daemon master --mcast-port 0", "illegal mcast-port specified"},
               {"--start-daemon master --mcast-ttl 256", "illegal mcast-ttl specified"},
               {"--start-daemon master --sync-maxlen 65508", "illegal sync-maxlen specified"},
               {"--start-daemon master --mcast-group 10.0.0.1", "invalid IPv4 mcast-group `10.0.0.1'"},
               {"--start-daemon master --mcast-group fd00::1", "invalid IPv6 mcast-group `fd00::1'"},
               {"--start-daemon master --mcast-group 240.0.0.1", "invalid IPv4 mcast-group `240.0.0.1'"},
               {"--stop-daemon master --mcast-ttl 3",
                "Illegal 'mcast-ttl' option with the 'stop-daemon' command"},
               {"--start-daemon master backup", "unexpected argument backup"},
               {"--set 1 2", "--set option requires 3 timeout values"},
               {"--set 1 2 3 4", "unexpected argument 4"},
               {"--set 1 2 x", "invalid timeout value `x' specified"},
               {"--set 1 2 2678401", "invalid timeout value `2678401' specified"},
           });
    expect_refused(255, {
                            {"--set -1 1 1", "-1: unknown option"},
                            {"--start-daemon", "Try `ipvsadm -h' or 'ipvsadm --help' for more information."},
                        });
}

TEST(Refusal, ABadValueComesBeforeAnUnknownOptionFurtherRight) {
    expect_refused(
        2, {
               {"-A -t nowhere:80 --bogus", "illegal virtual server address[:port] specified"},
               {"-a -f 7 -w x --bogus", "illegal weight specified"},
               {"-A -t 10.0.0.1:80 -M 300.0.0.0 --bogus", "illegal virtual server persistent mask specified"},
           });
}

TEST(Refusal, AnyWordsAreUnderstoodOrRefusedWithAText) {
    static constexpr std::string_view words[] = {"-A",
                                                 "-a",
                                                 "-D",
                                                 "-L",
                                                 "-e",
                                                 "-d",
                                                 "-C",
                                                 "-h",
                                                 "-t",
                                                 "-f",
                                                 "-r",
                                                 "-6",
                                                 "-p",
                                                 "-s",
                                                 "-w",
                                                 "-M",
                                                 "-m",
                                                 "-n",
                                                 "-o",
                                                 "7",
                                                 "rr",
                                                 "--",
                                                 "-",
                                                 "''",
                                                 "10.0.0.1:80",
                                                 "[::1]:80",
                                                 "-=",
                                                 "--=",
                                                 "-LnA",
                                                 "--list",
                                                 "--tcp-service=www:http",
                                                 "-p=",
                                                 "-t="};
    std::mt19937 random(3);  // NOLINT(cert-msc51-cpp): the same cases on every run
    for (int round = 0; round < 20000; ++round) {
        std::string line;
        for (auto count = random() % 7; count > 0; --count)
            line += std::string(words[random() % std::size(words)]) + " ";
        const auto answer = asked(line);
        ASSERT_FALSE(answer.empty()) << line;
        ASSERT_FALSE(answer.ends_with(": ")) << line;
    }
}

}  // namespace
}  // namespace pulse::ipvs
