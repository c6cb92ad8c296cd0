#include "pulse/ipvs/command_line.h"

#include <gtest/gtest.h>

#include "spoken_commands.h"

namespace pulse::ipvs {
namespace {

struct Case {
    std::string_view line;
    std::string_view meaning;
};

void expect_all(std::initializer_list<Case> cases) {
    for (const auto& each : cases) EXPECT_EQ(asked(each.line), each.meaning) << each.line;
}

TEST(CommandLine, EveryCommandInItsShortAndLongForm) {
    expect_all({
        {"", "list"},
        {"-L", "list"},
        {"-l", "list"},
        {"--list", "list"},
        {"-L -n", "list numeric"},
        {"-L -t 10.0.0.1:80", "list TCP 10.0.0.1:80"},
        {"-L -f 8 -6 --numeric", "list FWM 8 IPv6 numeric"},
        {"-C", "clear"},
        {"--clear", "clear"},
        {"-A -t 10.0.0.1:80", "add TCP 10.0.0.1:80 wlc"},
        {"--add-service --tcp-service 10.0.0.1:80", "add TCP 10.0.0.1:80 wlc"},
        {"-E -u 10.0.0.1:53 -s rr", "edit UDP 10.0.0.1:53 rr"},
        {"--edit-service --udp-service 10.0.0.1:53 --scheduler rr", "edit UDP 10.0.0.1:53 rr"},
        {"-D -f 7", "delete FWM 7"},
        {"--delete-service --sctp-service 10.0.0.1:9", "delete SCTP 10.0.0.1:9"},
        {"-a -t 10.0.0.1:80 -r 10.0.0.2", "add TCP 10.0.0.1:80 10.0.0.2:80 method 3 weight 1 limits 0-0"},
        {"--edit-server --fwmark-service 7 --real-server 10.0.0.2 --masquerading --weight 0 --u-threshold 9 "
         "--l-threshold 4",
         "edit FWM 7 10.0.0.2:0 method 0 weight 0 limits 4-9"},
        {"-d -t 10.0.0.1:80 -r 10.0.0.2:8080", "delete TCP 10.0.0.1:80 10.0.0.2:8080"},
        {"--delete-server -t 10.0.0.1:80 -r 10.0.0.2", "delete TCP 10.0.0.1:80 10.0.0.2:80"},
        {"-Z", "zero"},
        {"--zero -t 10.0.0.1:80", "zero TCP 10.0.0.1:80"},
        {"-S", "save"},
        {"--save -n", "save numeric"},
        {"-R", "restore"},
        {"--restore --atomic", "restore atomic"},
        {"--set 1 2 3", "set Timeout (tcp tcpfin udp): 1 2 3"},
        {"--set 0 -- +5 06", "set Timeout (tcp tcpfin udp): 0 5 6"},
        {"--start-daemon master", "start master sync daemon (mcast=eth0, syncid=0)"},
        {"--start-daemon=backup --mcast-interface d0 --syncid 7 --sync-maxlen 1400 --mcast-group ff02::9 "
         "--mcast-port 9000 --mcast-ttl 5",
         "start backup sync daemon (mcast=d0, syncid=7, maxlen=1400, group=ff02::9, port=9000, ttl=5)"},
        {"--stop-daemon backup --syncid 3", "stop backup"},
        {"-h", "help"},
        {"--help", "help"},
        {"-v", "version"},
        {"--version", "version"},
    });
}

TEST(CommandLine, HelpAndVersionIgnoreTheRestOfTheLine) {
    expect_all({
        {"-h -A --bogus", "help"},
        {"--help word", "help"},
        {"-hX", "help"},
        {"-v -h", "version"},
    });
}

TEST(CommandLine, ShortOptionsBundleAndValuesMayBeGlued) {
    expect_all({
        {"-Ln", "list numeric"},
        {"-Lnt 10.0.0.1:80", "list TCP 10.0.0.1:80 numeric"},
        {"-At 10.0.0.1:80", "add TCP 10.0.0.1:80 wlc"},
        {"-A -t10.0.0.1:83 -srr -p50", "add TCP 10.0.0.1:83 rr persistent 50"},
        {"-A -t=10.0.0.1:83 -s=rr", "add TCP 10.0.0.1:83 rr"},
        {"-at10.0.0.1:80 -mw5 -r10.0.0.2:81", "add TCP 10.0.0.1:80 10.0.0.2:81 method 0 weight 5 limits 0-0"},
        {"-A --tcp-service=10.0.0.1:80 --scheduler=rr", "add TCP 10.0.0.1:80 rr"},
        {"-A -t 10.0.0.1:80 --schedu rr", "add TCP 10.0.0.1:80 rr"},
        {"--add-serve --real=10.0.0.2 --tcp 10.0.0.1:80 --weig=2",
         "add TCP 10.0.0.1:80 10.0.0.2:80 method 3 weight 2 limits 0-0"},
        {"-A -t 10.0.0.1:80 --", "add TCP 10.0.0.1:80 wlc"},
    });
}

TEST(CommandLine, PersistentHasAnOptionalValue) {
    expect_all({
        {"-A -t 10.0.0.1:80 -p", "add TCP 10.0.0.1:80 wlc persistent 360"},
        {"-A -t 10.0.0.1:80 -p 50", "add TCP 10.0.0.1:80 wlc persistent 50"},
        {"-A -p -t 10.0.0.1:80", "add TCP 10.0.0.1:80 wlc persistent 360"},
        {"-A -p 1 -t 10.0.0.1:80", "add TCP 10.0.0.1:80 wlc persistent 1"},
        {"-A -t 10.0.0.1:80 --persistent -s rr", "add TCP 10.0.0.1:80 rr persistent 360"},
        {"-A -t 10.0.0.1:80 --persistent=2678400", "add TCP 10.0.0.1:80 wlc persistent 2678400"},
        {"-A -t 10.0.0.1:0 -p", "add TCP 10.0.0.1:0 wlc persistent 360"},
        {"-A -t 10.0.0.1 -p", "add TCP 10.0.0.1:0 wlc persistent 360"},
    });
}

TEST(CommandLine, OrderDoesNotMatter) {
    expect_all({
        {"-A -6 -f 8", "add FWM 8 IPv6 wlc"},
        {"-A -f 8 -6", "add FWM 8 IPv6 wlc"},
        {"-a -m -r 10.0.0.2 -t 10.0.0.1:80", "add TCP 10.0.0.1:80 10.0.0.2:80 method 0 weight 1 limits 0-0"},
        {"-A -M 64 -p -t [fd00::a]:80", "add TCP [fd00::a]:80 wlc persistent 360 mask 64"},
        {"-e -x 9 -y 4 -r 10.0.0.2:80 -t 10.0.0.1:80 -i",
         "edit TCP 10.0.0.1:80 10.0.0.2:80 method 2 weight 1 limits 4-9"},
        {"-A -o -s rr -u 10.0.0.1:53", "add UDP 10.0.0.1:53 rr ops"},
    });
}

TEST(CommandLine, AddressesOfEveryForm) {
    expect_all({
        {"-D -t 10.1:80", "delete TCP 10.0.0.1:80"},
        {"-D -t [fd00::a]:80", "delete TCP [fd00::a]:80"},
        {"-D -t fd00::a", "delete TCP [fd00::a]:0"},
        {"-D -t 10.0.0.1:0", "delete TCP 10.0.0.1:0"},
        {"-D -t 10.0.0.1:65535", "delete TCP 10.0.0.1:65535"},
        {"-D -t www:http", "delete TCP 10.0.0.80:80"},
        {"-D -u www:domain", "delete UDP 10.0.0.80:53"},
        {"-D -t [six]:http", "delete TCP [fd00::80]:80"},  // as -S writes it
        {"-D -f 4294967295", "delete FWM 4294967295"},
        {"-a -t www:http -r www -m", "add TCP 10.0.0.80:80 10.0.0.80:80 method 0 weight 1 limits 0-0"},
    });
}

TEST(CommandLine, OnlyMasqueradingChangesThePort) {
    expect_all({
        {"-a -t 10.0.0.1:80 -r 10.0.0.2:81 -m",
         "add TCP 10.0.0.1:80 10.0.0.2:81 method 0 weight 1 limits 0-0"},
        {"-a -t 10.0.0.1:80 -r 10.0.0.2:81 -g",
         "add TCP 10.0.0.1:80 10.0.0.2:80 method 3 weight 1 limits 0-0"},
        {"-a -t 10.0.0.1:80 -r 10.0.0.2:81 -i",
         "add TCP 10.0.0.1:80 10.0.0.2:80 method 2 weight 1 limits 0-0"},
        {"-a -t 10.0.0.1:80 -r 10.0.0.2:81", "add TCP 10.0.0.1:80 10.0.0.2:80 method 3 weight 1 limits 0-0"},
        {"-a -f 7 -r 10.0.0.2:81 -g", "add FWM 7 10.0.0.2:81 method 3 weight 1 limits 0-0"},
    });
}

TEST(CommandLine, ATunnelServerMayBeOfAnotherFamily) {
    expect_all({
        {"-a -t 10.0.0.1:80 -r [fd00::2]:80 -i",
         "add TCP 10.0.0.1:80 [fd00::2]:80 method 2 weight 1 limits 0-0"},
        {"-d -t 10.0.0.1:80 -r [fd00::2]:80", "delete TCP 10.0.0.1:80 [fd00::2]:80"},
    });
}

TEST(CommandLine, MasksOfEveryForm) {
    expect_all({
        {"-A -f 7 -p -M 255.255.255.0", "add FWM 7 wlc persistent 360 mask 255.255.255.0"},
        {"-A -f 7 -p -M 255.0.255.0", "add FWM 7 wlc persistent 360 mask 255.0.255.0"},
        {"-A -f 7 -p -M 0.0.0.0", "add FWM 7 wlc persistent 360 mask 0.0.0.0"},
        {"-A -f 7 -p -M 24", "add FWM 7 wlc persistent 360 mask 255.255.255.0"},
        {"-A -f 7 -p -M 32", "add FWM 7 wlc persistent 360"},
        {"-A -f 7 -6 -p -M 1", "add FWM 7 IPv6 wlc persistent 360 mask 1"},
        {"-A -f 7 -6 -p -M 128", "add FWM 7 IPv6 wlc persistent 360"},
    });
}

TEST(CommandLine, SchedulersAreForTheKernelToJudgeAndAreCutToFit) {
    expect_all({
        {"-A -f 7 -s vendor", "add FWM 7 vendor"},
        {"-A -f 7 -s abcdefghijklmnopq", "add FWM 7 abcdefghijklmno"},
    });
}

TEST(CommandLine, WeightsAndThresholdsReachTheKernelsLimit) {
    expect_all({
        {"-a -f 7 -r 10.0.0.2 -w 2147483647 -x 2147483647 -y 2147483647",
         "add FWM 7 10.0.0.2:0 method 3 weight 2147483647 limits 2147483647-2147483647"},
        {"-a -f 7 -r 10.0.0.2 -w 0", "add FWM 7 10.0.0.2:0 method 3 weight 0 limits 0-0"},
    });
}

TEST(CommandLine, EveryListing) {
    expect_all({
        {"-L --stats", "list statistics"},
        {"-L --rate --exact -n", "list rates numeric exact"},
        {"-L --thresholds", "list thresholds"},
        {"-L --persistent-conn", "list persistent"},
        {"-L --tun-info --nosort", "list tunnels unsorted"},
        {"-L --sort --nosort", "list unsorted"},
        {"-L --sort --sort -X", "list exact"},
        {"-L --tun-info --persistent-conn --thresholds --rate --stats", "list statistics"},
        {"-L --tun-info --persistent-conn --thresholds --rate", "list rates"},
        {"-L --tun-info --persistent-conn", "list persistent"},
        {"-Lnc", "connections numeric"},
        {"-L -c --persistent-conn --nosort --exact --tun-info", "connections engine"},
        {"-L --timeout -n --exact", "timeouts"},
        {"-L --daemon", "daemons"},
        {"-L --json", "list json"},
        {"-L -c --json", "connections json"},
        {"-L --timeout --json", "timeouts json"},
        {"-L --daemon --json", "daemons json"},
    });
}

TEST(CommandLine, SchedulerFlagsByNameAndNumber) {
    expect_all({
        {"-A -f 7 -s sh -b sh-port,sh-fallback", "add FWM 7 sh (sh-fallback,sh-port)"},
        {"-A -f 7 -b mh-port -s mh", "add FWM 7 mh (mh-port)"},
        {"-A -f 7 -b flag-1,flag-3,", "add FWM 7 wlc (flag-1,flag-3)"},
        {"-A -f 7 -s sh -b flag-2", "add FWM 7 sh (sh-port)"},
        {"-A -f 7 -b ''", "add FWM 7 wlc"},
    });
}

TEST(CommandLine, PersistenceEnginesAreSeenWithPersistence) {
    expect_all({
        {"-A -u 10.0.0.1:5060 -p 60 --pe sip -o", "add UDP 10.0.0.1:5060 wlc persistent 60 pe sip ops"},
        {"-A -u 10.0.0.1:5060 --pe sip", "add UDP 10.0.0.1:5060 wlc"},
    });
}

TEST(CommandLine, TunnelsOfEveryType) {
    expect_all({
        {"-a -f 7 -r 10.0.0.2 -i --tun-type ipip", "add FWM 7 10.0.0.2:0 method 2 weight 1 limits 0-0"},
        {"-a -f 7 -r 10.0.0.2 -i --tun-type gue --tun-port 6080 --tun-csum",
         "add FWM 7 10.0.0.2:0 method 2 weight 1 limits 0-0 tunnel 1 6080 1"},
        {"-a -f 7 -r 10.0.0.2 --tun-remcsum --tun-port 6080 --tun-type gue -i",
         "add FWM 7 10.0.0.2:0 method 2 weight 1 limits 0-0 tunnel 1 6080 2"},
        {"-a -f 7 -r 10.0.0.2 -i --tun-type gre --tun-nocsum",
         "add FWM 7 10.0.0.2:0 method 2 weight 1 limits 0-0 tunnel 2 0 0"},
    });
}

TEST(CommandLine, NumbersAreReadTheWayOfC) {
    expect_all({
        {"-D -f +7", "delete FWM 7"},
        {"-D -f 007", "delete FWM 7"},
        {"-D -t 10.0.0.1:+80", "delete TCP 10.0.0.1:80"},
        {"-D -t 8080:80", "delete TCP 0.0.31.144:80"},
        {"-A -f 7 -s ''", "add FWM 7 wlc"},
    });
}

}  // namespace
}  // namespace pulse::ipvs
