// What the packaged ipvsadm 1.31 and ours print of the same table, with live connections and counters of
// every size.
#include <functional>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "programs.h"
#include "shell.h"

namespace pulse::lab {
namespace {

/// Namespaces client (10.3.0.2) and server (10.4.0.2, .3) around this director. Datagrams to the services
/// on 10.1.0.1 go round a wire from here to here until their time to live ends: each counts 254 times, with
/// 65 kB.
constexpr const char* network = R"(
set -e
ip link set lo up
ip netns add client
ip link add c0 mtu 65535 type veth peer name c1 mtu 65535 netns client
ip netns add server
ip link add s0 type veth peer name s1 netns server
ip link add loop0 mtu 65535 address 02:00:00:00:00:10 type veth peer name loop1 mtu 65535 address 02:00:00:00:00:11
for device in c0 s0 loop0 loop1; do ip link set $device up; done
ip addr add 10.1.0.1/32 dev lo
ip addr add 10.2.0.254/24 dev loop0
ip neigh replace 10.2.0.1 lladdr 02:00:00:00:00:11 dev loop0
ip addr add 10.3.0.1/24 dev c0
ip addr add 2001:db8:3::1/64 dev c0 nodad
ip addr add 10.4.0.1/24 dev s0
ip addr add 2001:db8:4::1/64 dev s0 nodad
for name in client server; do ip -n $name link set lo up; done
ip -n client link set c1 up
ip -n client addr add 10.3.0.2/24 dev c1
ip -n client addr add 2001:db8:3::2/64 dev c1 nodad
ip -n client route add default via 10.3.0.1
ip -n client route add default via 2001:db8:3::1
ip -n server link set s1 up
ip -n server addr add 10.4.0.2/24 dev s1
ip -n server addr add 10.4.0.3/24 dev s1
ip -n server addr add 2001:db8:4::2/64 dev s1 nodad
ip -n server route add default via 10.4.0.1
ip -n server route add default via 2001:db8:4::1
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.loop1.rp_filter=0
ip netns exec client sysctl -qw net.ipv4.ip_default_ttl=255
cat >/tmp/nginx.conf <<END
daemon on; pid /tmp/nginx.pid; error_log /tmp/nginx.err;
events {}
http { access_log off; client_header_timeout 600s; server { listen 80; listen [::]:80; return 200 "hi"; } }
END
ip netns exec server nginx -c /tmp/nginx.conf
echo '10.3.0.1 a-rather-long-name-of-a-service.example' >>/etc/hosts
echo '2001:db8:4::2 six.example.org' >>/etc/hosts
)";

/// Every feature a listing shows; what clients use has servers that answer.
constexpr std::string_view table =
    "-A -u 10.1.0.1:1000 -s rr\n"
    "-a -u 10.1.0.1:1000 -r 10.2.0.1 -g\n"
    "-A -u 10.1.0.1:1001 -s rr\n"
    "-a -u 10.1.0.1:1001 -r 10.2.0.1 -g\n"
    "-A -u 10.1.0.1:1002 -s rr\n"
    "-a -u 10.1.0.1:1002 -r 10.2.0.1 -g\n"
    "-A -t 10.3.0.1:80 -s rr -p 300\n"
    "-a -t 10.3.0.1:80 -r 10.4.0.2 -m -w 5\n"
    "-a -t 10.3.0.1:80 -r 10.4.0.3 -m\n"
    "-A -t [2001:db8:3::1]:80 -s wlc\n"
    "-a -t [2001:db8:3::1]:80 -r [2001:db8:4::2]:80 -m\n"
    "-A -u 10.3.0.1:5060 -s rr -p 60 --pe sip\n"
    "-a -u 10.3.0.1:5060 -r 10.4.0.2:5060 -m\n"
    "-A -u 10.3.0.1:53 -s rr -o\n"
    "-a -u 10.3.0.1:53 -r 10.4.0.2:53 -m\n"
    "-A -t 10.3.0.1:443 -s sh -p 360 -M 255.255.255.0 -b sh-port,sh-fallback\n"
    "-A -t 10.3.0.1:444 -s mh -b mh-port\n"
    "-A -t 10.3.0.1:445 -s rr -b flag-1,flag-3\n"
    "-A -t 10.3.0.1:0 -p 5 -M 255.0.255.0\n"
    "-A --sctp-service 10.3.0.1:9 -s lc\n"
    "-A -t 10.3.0.1:501 -s wrr\n"
    "-A -t 10.3.0.1:502 -s lblc\n"
    "-A -t 10.3.0.1:503 -s lblcr\n"
    "-A -t 10.3.0.1:504 -s dh\n"
    "-A -t 10.3.0.1:505 -s sed\n"
    "-A -t 10.3.0.1:506 -s nq\n"
    "-A -t 10.3.0.1:507 -s fo\n"
    "-A -t 10.3.0.1:508 -s ovf\n"
    "-A -t 10.3.0.1:509 -s none\n"
    "-A -f 7 -s wlc -p 100\n"
    "-a -f 7 -r 10.4.0.2:0 -g -w 2147483647\n"
    "-A -f 8 -6 -s wlc -p 100 -M 64\n"
    "-A -f 2147483647 -o -s rr\n"
    "-A -t 10.3.0.1:600 -s wlc\n"
    "-a -t 10.3.0.1:600 -r 10.4.0.10 -i -w 0\n"
    "-a -t 10.3.0.1:600 -r 10.4.0.11 -i --tun-type gue --tun-port 6080\n"
    "-a -t 10.3.0.1:600 -r 10.4.0.12 -i --tun-type gue --tun-port 65535 --tun-remcsum\n"
    "-a -t 10.3.0.1:600 -r 10.4.0.13 -i --tun-type gre --tun-csum\n"
    "-a -t 10.3.0.1:600 -r [2001:db8:4::99]:600 -i --tun-type gre\n"
    "-a -t 10.3.0.1:600 -r [2001:db8:1111:2222:3333:4444:5555:6666]:600 -i\n"
    "-A -t [2001:db8:1111:2222:3333:4444:5555:6666]:65535 -s rr\n"
    "-a -t [2001:db8:1111:2222:3333:4444:5555:6666]:65535 -r [2001:db8:4::3]:80 -m\n";

constexpr std::string_view thresholds =
    "-A -t 10.3.0.1:700 -s wlc\n"
    "-a -t 10.3.0.1:700 -r 10.4.0.2 -m -x 2147483647 -y 1\n"
    "-a -t 10.3.0.1:700 -r 10.4.0.3 -m -x 100\n";

/// Connections that stay, one that has ended, a SIP call, and 25, 250 and 12,000 datagrams that count 254
/// times.
constexpr const char* traffic = R"(
hold() { ip netns exec client bash -c "exec 3<>/dev/tcp/$1/80; sleep 500" >/dev/null 2>&1 & }
hold 10.3.0.1; hold 10.3.0.1; hold 2001:db8:3::1
ip netns exec client bash -c 'exec 3<>/dev/tcp/10.3.0.1/80; printf "GET / HTTP/1.0\r\n\r\n" >&3; cat <&3' >/dev/null
printf 'INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 10.3.0.2:5060\r\nCall-ID: abc123@host.example\r\nFrom: <sip:x>\r\nContent-Length: 0\r\n\r\n' >/tmp/sip
ip netns exec client bash -c 'cat /tmp/sip >/dev/udp/10.3.0.1/5060; echo hello >/dev/udp/10.3.0.1/53'
for each in 1000:25 1001:250 1002:12000; do
    ip netns exec client bash -c "dd if=/dev/zero bs=65000 count=${each#*:} status=none >/dev/udp/10.1.0.1/${each%:*}"
done
)";

class Listings : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        const auto built = lab::run(network);
        ASSERT_EQ(built.status, 0) << built.text;
        Kernel().reset(table_of(std::string(table) + std::string(thresholds)));
        const auto sent = lab::run(traffic);
        ASSERT_EQ(sent.status, 0) << sent.text;
    }

    /// Counters move and connections age: ours is looked at between two equal looks of the packaged one.
    static void expect_same(const std::string& line, const std::function<Ran(Ran)>& look = std::identity()) {
        const auto words = words_of(line);
        constexpr int attempts = 40;
        for (int attempt = 0; attempt < attempts; ++attempt) {
            const auto before = look(lab::run(Program::packaged, words));
            const auto ours = look(lab::run(Program::ours, words));
            if (look(lab::run(Program::packaged, words)) != before) continue;
            EXPECT_EQ(ours.output, before.output) << line;
            EXPECT_EQ(ours.errors, before.errors) << line;
            EXPECT_EQ(ours.status, before.status) << line;
            return;
        }
        FAIL() << "never stood still: " << line << "\n"
               << look(lab::run(Program::packaged, words)).output
               << look(lab::run(Program::packaged, words)).output;
    }

    /// Many connections are never all in one second; how a time is written is a unit test's business.
    static Ran without_clock(Ran ran) {
        ran.output = std::regex_replace(ran.output, std::regex("[0-9]{2}:[0-9]{2} "), "MM:SS ");
        return ran;
    }

    static std::string output_of(Program program, const std::string& line) {
        return lab::run(program, words_of(line)).output;
    }
};

TEST_F(Listings, CountersOfEverySizeAndLiveConnectionsAreThere) {
    const auto stats = output_of(Program::packaged, "-L -n --stats");
    for (const auto* size : {"[0-9]+K", "[0-9]+M", "[0-9]+G"})
        EXPECT_THAT(stats, testing::ContainsRegex(size));
    const auto connections = output_of(Program::packaged, "-L -n -c --persistent-conn");
    for (const auto* part :
         {"ESTABLISHED", "TIME_WAIT", "\\[2001:db8:3::2\\]", ":0 ", "sip +abc123@host.example"})
        EXPECT_THAT(connections, testing::ContainsRegex(part));
}

/// Soon after they were made: a SIP call is forgotten after a minute.
TEST_F(Listings, EveryConnectionIsWrittenAlike) {
    for (const auto* line : {"-L -n -c", "-L -c", "-L -n -c --persistent-conn", "-L -c --persistent-conn"})
        expect_same(line, without_clock);
}

TEST_F(Listings, EveryListingIsTheOriginalsByteForByte) {
    // The original keeps the lower 32 bits of a server's rates: wait until they fit.
    ASSERT_TRUE(lab::within(std::chrono::seconds(120), [] {
        return !std::regex_search(output_of(Program::ours, "-L -n --rate"),
                                  std::regex("[4-9][0-9]{3}M|[0-9]{5}M"));
    }));
    for (const auto* columns : {"", " --stats", " --rate", " --thresholds", " --persistent-conn",
                                " --tun-info", " --stats --exact", " --rate --exact"}) {
        const std::string line = std::string("-L") + columns;
        expect_same(line + " -n");
        expect_same(line);
        expect_same(line + " -n --nosort");
        expect_same(line + " -n -t 10.3.0.1:80");
    }
}

TEST_F(Listings, EveryServiceByItself) {
    for (const auto* service : {"-t [2001:db8:3::1]:80", "-u 10.1.0.1:1002", "-u 10.3.0.1:53", "-f 7",
                                "-f 8 -6", "-t 10.3.0.1:600", "--sctp-service 10.3.0.1:9"}) {
        expect_same(std::string("-L -n ") + service);
        expect_same(std::string("-L --stats ") + service);
        expect_same(std::string("-L -n --tun-info ") + service);
    }
}

TEST_F(Listings, ZeroedCountersAreZeroForBoth) {
    ASSERT_EQ(lab::run(Program::ours, words_of("-Z -u 10.1.0.1:1002")).status, 0);
    expect_same("-L -n --stats");
    EXPECT_THAT(output_of(Program::ours, "-L -n --stats -u 10.1.0.1:1002"),
                testing::Not(testing::ContainsRegex("[0-9]G")));
    ASSERT_EQ(lab::run(Program::ours, {"-Z"}).status, 0);
    expect_same("-L -n --stats");
}

TEST_F(Listings, JsonHoldsWhatTheTextShows) {
    const auto json = output_of(Program::ours, "-L --json");
    for (const auto* part : {"\"address\": \"2001:db8:3::1\"", "\"fwmark\": 2147483647", "\"type\": \"gue\"",
                             "\"upper_threshold\": 2147483647", "\"persistence_engine\": \"sip\""})
        EXPECT_THAT(json, testing::HasSubstr(part));
    EXPECT_THAT(output_of(Program::ours, "-L -c --json"), testing::HasSubstr("\"state\": \"ESTABLISHED\""));
    EXPECT_THAT(output_of(Program::ours, "-L --timeout --json"), testing::HasSubstr("\"tcp_fin\": 120"));
    EXPECT_THAT(output_of(Program::ours, "-L --daemon --json"), testing::HasSubstr("\"daemons\": []"));
}

TEST_F(Listings, DaemonsAndTimeouts) {
    Kernel().reset({});  // no daemon starts beside a server of another family
    for (const auto* line : {"--start-daemon master --mcast-interface c0 --syncid 7 --sync-maxlen 1400 "
                             "--mcast-group 239.1.2.3 --mcast-port 9000 --mcast-ttl 5",
                             "--set 100 20 30"}) {
        ASSERT_EQ(lab::run(Program::ours, words_of(line)).status, 0) << line;
        expect_same("-L --daemon");
        expect_same("-L --timeout");
    }
    ASSERT_EQ(lab::run(Program::ours, words_of("--stop-daemon master")).status, 0);
    expect_same("-L --daemon");
}

TEST_F(Listings, WhatIsSavedIsTheOriginalsAndComesBack) {
    Kernel kernel;
    kernel.reset(table_of(table));
    expect_same("-S -n");
    expect_same("-S");
    const auto full = table_of(std::string(table) + std::string(thresholds));
    kernel.reset(full);
    const auto saved = output_of(Program::ours, "-S -n");
    for (const auto program : {Program::packaged, Program::ours}) {
        kernel.reset({});
        EXPECT_EQ(lab::run(program, {"-R"}, saved).status, 0);
        EXPECT_EQ(kernel.state().table, full);
    }
}

/// The original shows marks as signed numbers, sorts addresses more than 2^31 apart the wrong way round and
/// loses thresholds when it saves.
TEST_F(Listings, WhereTheOriginalIsWrongOursIsNot) {
    Kernel kernel;
    kernel.reset(
        table_of("-A -f 4294967295 -s rr\n-A -t 10.3.0.1:80 -s rr\n-A -t 192.168.1.1:80 -s rr\n"
                 "-a -t 10.3.0.1:80 -r 10.4.0.2 -m -x 9 -y 3\n"));
    EXPECT_EQ(output_of(Program::ours, "-S -n"),
              "-A -t 10.3.0.1:80 -s rr\n-a -t 10.3.0.1:80 -r 10.4.0.2:80 -m -w 1 -x 9 -y 3\n"
              "-A -t 192.168.1.1:80 -s rr\n-A -f 4294967295 -s rr\n");
    EXPECT_EQ(output_of(Program::packaged, "-S -n"),
              "-A -f -1 -s rr\n-A -t 192.168.1.1:80 -s rr\n-A -t 10.3.0.1:80 -s rr\n"
              "-a -t 10.3.0.1:80 -r 10.4.0.2:80 -m -w 1\n");
}

}  // namespace
}  // namespace pulse::lab
