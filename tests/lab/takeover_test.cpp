// What a takeover does to addresses, neighbours and connections. Run by tools/lab up FILE with the files
// beside this one.
#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/failover/cluster.h"
#include "pulse/runtime/file.h"

#include "client.h"
#include "cluster.h"
#include "power.h"
#include "shell.h"

namespace pulse::lab {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

class TakeoverTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(cluster.become_healthy()) << logs(); }
    void TearDown() override {
        if (HasFailure()) std::fputs(logs().c_str(), stdout);
    }

    static std::string logs() { return Cluster::log("primary") + Cluster::log("backup"); }

    [[nodiscard]] std::string neighbour(const std::string& address) const {
        return run("ip -n client neigh show " + address).text;
    }

    Cluster cluster;
};

TEST_F(TakeoverTest, AnAddressUsedByTwoVirtualsIsUpOnceAndEachKeepsItsLabel) {
    const auto router = cluster.active();
    const auto shown = run("ip -n " + router + " -o addr show dev eth0").text;
    EXPECT_THAT(shown, HasSubstr("inet 10.0.0.10/32 scope global eth0:1"));
    EXPECT_EQ(shown.find("10.0.0.10/"), shown.rfind("10.0.0.10/"));
    EXPECT_THAT(shown, HasSubstr("inet6 fd00::10/64 scope global nodad"));
}

TEST_F(TakeoverTest, AnAddressThatSomebodyRemovesComesBack) {
    const auto router = cluster.active();
    for (const auto& floating : failover::floating_addresses(cluster.config())) {
        const auto text = floating.address.to_string();
        ASSERT_EQ(run("ip -n " + router + " addr del " + text + "/" +
                      std::to_string(floating.prefix_length.value_or(32)) + " dev " + floating.device())
                      .status,
                  0);
        EXPECT_TRUE(within(seconds(10), [&] { return cluster.holds_address(router, floating.address); }))
            << text;
        EXPECT_THAT(Cluster::log(router), HasSubstr("taken away, raising them again: " + text));
    }
    EXPECT_EQ(cluster.active(), router);
}

TEST_F(TakeoverTest, AddressesOfADeviceThatGoesDownAreThereWhenItIsUpAgain) {
    const auto router = cluster.active();
    ASSERT_EQ(run("ip -n " + router + " link set eth0 down && ip -n " + router + " link set eth0 up").status,
              0);
    // The kernel drops IPv6 addresses then.
    EXPECT_TRUE(within(seconds(15), [&] {
        return cluster.holds_address(router, *net::IpAddress::parse("fd00::10")) ||
               cluster.holds_address(Cluster::other(router), *net::IpAddress::parse("fd00::10"));
    }));
}

TEST_F(TakeoverTest, AStrangerWithOurAddressIsAnAlarm) {
    const auto router = cluster.active();
    for (const auto* address : {"10.0.0.10", "fd00::10"}) {
        const auto command = std::string("ip netns exec client send_arp -i eth0 ") + address +
                             " 020000000099 10.0.0.10 ffffffffffff";
        ASSERT_EQ(run(command).status, 0);
        const auto alarm = std::string("address conflict: 02:00:00:00:00:99 claims to have ") + address;
        EXPECT_TRUE(
            within(seconds(10), [&] { return Cluster::log(router).find(alarm) != std::string::npos; }));
        ASSERT_EQ(run(command).status, 0);
        std::this_thread::sleep_for(seconds(1));
        const auto log = Cluster::log(router);
        EXPECT_EQ(log.find(alarm), log.rfind(alarm)) << "once a minute";
    }
    EXPECT_EQ(cluster.active(), router);
}

/// What the long download brings: the same on every real server.
std::string write_download(std::size_t size) {
    std::mt19937 random(6);  // NOLINT(cert-msc51-cpp): the same each time
    std::string content(size, '\0');
    for (auto& byte : content) byte = static_cast<char>(random() & 0xffU);
    (void)run("mkdir -p /run/lab-web/files");
    std::ofstream("/run/lab-web/files/long", std::ios::binary) << content;
    return content;
}

/// A conversation and a download that began on one router go on through the other.
class Connections {
  public:
    /// 600 kB at 60 kB a second: the download is still going on when the role has moved.
    Connections() : content_(write_download(600'000)), download_("10.0.0.10", 80, "/files/long?rate=60k") {}

    /// Both are under way, and the standby knows of both.
    [[nodiscard]] bool known_to(const std::string& standby) const {
        return within(seconds(20), [&] {
            const auto connections = run("ip netns exec " + standby + " ipvsadm -Lnc").text;
            const auto first = connections.find("ESTABLISHED");
            return conversation_.answers() >= 5 && download_.received() > 50'000 &&
                   first != std::string::npos &&
                   connections.find("ESTABLISHED", first + 1) != std::string::npos;
        });
    }

    void expect_to_survive() const {
        const int before = conversation_.answers();
        const auto received = download_.received();
        EXPECT_FALSE(download_.ended()) << "it must span the takeover";
        EXPECT_TRUE(within(seconds(40), [&] { return conversation_.answers() >= before + 20; }))
            << conversation_.answers() - before << " answers after the takeover; " << conversation_.end();
        EXPECT_EQ(conversation_.end(), "");
        EXPECT_TRUE(within(seconds(60), [&] { return download_.ended(); }))
            << download_.received() - received << " bytes after the takeover";
        EXPECT_EQ(download_.error(), "");
        EXPECT_EQ(download_.body().size(), content_.size());
        EXPECT_TRUE(download_.body() == content_) << "the bytes are not those of the file";
    }

  private:
    std::string content_;
    Conversation conversation_{"10.0.0.10", 80};
    Download download_;
};

TEST_F(TakeoverTest, ConnectionsADownloadAndNeighboursFollowTheRoleAfterAPowerCut) {
    const auto dead = cluster.active();
    const auto heir = Cluster::other(dead);
    const auto device = cluster.service().address->base_device();
    if (cluster.config().syncd_both) {
        for (const auto& router : {dead, heir}) {
            const auto daemons = run("ip netns exec " + router + " ipvsadm -L --daemon").text;
            EXPECT_THAT(daemons, HasSubstr("master sync daemon (mcast=eth1, syncid=7"));
            EXPECT_THAT(daemons, HasSubstr("backup sync daemon (mcast=eth1, syncid=7"));
            EXPECT_THAT(daemons, HasSubstr("port=9001"));
        }
    }
    (void)run(
        "ip netns exec client lab-probe --timeout 3000 fd00::10 80");  // refused, but who it is is known then
    ASSERT_THAT(neighbour("fd00::10"), HasSubstr(Cluster::mac(dead, device)));

    const Connections connections;
    ASSERT_TRUE(connections.known_to(heir)) << run("ip netns exec " + heir + " ipvsadm -Lnc").text;
    cut_off(cluster, dead);
    EXPECT_TRUE(within(cluster.takeover_limit(),
                       [&] { return cluster.holds_address(heir, *net::IpAddress::parse("10.0.0.10")); }));
    EXPECT_TRUE(within(cluster.takeover_limit(), [&] {
        return neighbour("fd00::10").find(Cluster::mac(heir, device)) != std::string::npos;
    })) << neighbour("fd00::10");
    connections.expect_to_survive();
    reboot(cluster, dead);
    EXPECT_TRUE(within(cluster.takeover_limit(), [&] { return cluster.active() == heir; }));
}

/// The network of the dead router is still there, with its addresses and its table.
TEST_F(TakeoverTest, ConnectionsAndADownloadFollowTheRoleAfterKillMinus9) {
    const auto dead = cluster.active();
    const auto heir = Cluster::other(dead);
    const auto device = cluster.service().address->base_device();
    const Connections connections;
    ASSERT_TRUE(connections.known_to(heir)) << run("ip netns exec " + heir + " ipvsadm -Lnc").text;
    kill_suite(cluster, dead);
    EXPECT_TRUE(within(cluster.takeover_limit(), [&] {
        return cluster.client_neighbour() == Cluster::mac(heir, device);
    })) << cluster.client_neighbour();
    connections.expect_to_survive();
    cluster.start(dead);
    EXPECT_TRUE(within(cluster.takeover_limit(), [&] { return cluster.active() == heir; }))
        << "what the dead router has left must go when it lives again";
}

/// The file with more lines at the top level, for the active router alone, which begins anew with it.
void restart_with(const std::string& router, const std::string& lines) {
    const auto* file = std::getenv("LAB_FILE");  // NOLINT(concurrency-mt-unsafe): one thread
    std::ofstream("/tmp/more.cf") << runtime::read_file(file).value() << lines;
    (void)run("ip netns exec " + router + " pulse -n -v -c /tmp/more.cf >> $LAB_RESULTS/" + router +
              ".log 2>&1 < /dev/null &");
}

TEST_F(TakeoverTest, HooksHearWhatHappensAndAHangingOneIsKilledWithItsChildren) {
    const auto router = cluster.active();
    ASSERT_EQ(
        run("printf '#!/bin/sh\\necho \"heard $PULSE_EVENT as $PULSE_ROLE of $PULSE_IDENTITY\"\\n' > "
            "/tmp/notify &&"
            "printf '#!/bin/sh\\necho hanging\\nsleep 4321\\n' > /tmp/hang && chmod +x /tmp/notify /tmp/hang")
            .status,
        0);
    // Nobody is there to take the role from it while it begins anew.
    kill_suite(cluster, Cluster::other(router));
    kill_suite(cluster, router);
    restart_with(router, "notify_cmd = /tmp/notify\nactive_cmd = /tmp/hang\nhook_timeout = 2\n");
    const auto logged = [&](const std::string& text) {
        return within(cluster.takeover_limit(),
                      [&] { return Cluster::log(router).find(text) != std::string::npos; });
    };
    EXPECT_TRUE(logged("/tmp/notify: heard starting as starting of " + router));
    EXPECT_TRUE(logged("/tmp/notify: heard active as active of " + router));
    EXPECT_TRUE(logged("/tmp/hang: hanging"));
    EXPECT_TRUE(logged("takes too long and is killed"));
    EXPECT_TRUE(within(seconds(10), [] { return run("pgrep -f '[s]leep 4321'").status != 0; }));
    kill_suite(cluster, router);
}

TEST_F(TakeoverTest, AHungPulseIsTheWatchdogsAndAnOrderlyStopIsNot) {
    // It says what it would do instead of doing it.
    ASSERT_EQ(run("modprobe softdog soft_noboot=1 nowayout=0").status, 0);
    const auto device = run("for w in /sys/class/watchdog/*; do grep -q Software $w/identity 2>/dev/null && "
                            "printf /dev/${w##*/}; done; true")
                            .text;
    const std::string found = device.empty() ? "/dev/watchdog1" : device;
    const auto router = cluster.active();
    const auto barked = [] { return run("dmesg | grep -c 'softdog: Triggered'").text; };
    kill_suite(cluster, router);
    restart_with(router, "deadtime = 4\nwatchdog = " + found + "\n");
    ASSERT_TRUE(within(seconds(20), [&] {
        return Cluster::log(router).find("watchdog " + found + " reboots this router") != std::string::npos;
    }));
    std::this_thread::sleep_for(seconds(6));
    EXPECT_EQ(barked(), "0\n") << "it is fed";
    auto pulse = cluster.pids(router, "pulse");
    ASSERT_EQ(pulse.size(), 1U);
    ::kill(pulse.front(), SIGSTOP);
    EXPECT_TRUE(within(seconds(20), [&] { return barked() == "1\n"; }));
    ::kill(pulse.front(), SIGCONT);
    ::kill(pulse.front(), SIGTERM);
    EXPECT_TRUE(within(seconds(20), [&] { return cluster.pids(router, "pulse").empty(); }));
    std::this_thread::sleep_for(seconds(6));
    EXPECT_EQ(barked(), "1\n") << "an orderly stop is none of its business\n"
                               << run("dmesg | grep -i dog").text;
}

/// The file with a thousand more addresses, started anew on both routers.
TEST_F(TakeoverTest, AThousandAddressesAreTakenOverWithoutALateHeartbeat) {
    constexpr int many = 1000;
    const std::string file =
        runtime::read_file(std::getenv("LAB_FILE")).value();  // NOLINT(concurrency-mt-unsafe)
    std::ofstream more("/tmp/many.cf");
    more << file;
    for (int n = 0; n < many; ++n)
        more << "virtual v" << n << " {\nactive = 1\naddress = 10.1." << n / 250 << "." << n % 250
             << " eth0:3\nvip_nmask = 255.255.255.255\nport = 80\n}\n";
    more.close();
    for (const std::string router : {"primary", "backup"}) {
        kill_suite(cluster, router);
        for (const auto* device : {"eth0", "eth1"})
            (void)run("ip -n " + router + " addr flush dev " + device + " label '" + device + ":*'");
        (void)run("ip -n " + router + " addr del fd00::10/64 dev eth0");
        EXPECT_EQ(run("ip netns exec " + router + " ipvsadm -C").status, 0);
    }
    const auto all_up = [](const std::string& router) {
        return run("ip -n " + router + " -o -4 addr show dev eth0 | grep -c ' 10[.]1[.]'").text == "1000\n";
    };
    const auto start = [](const std::string& router) {
        (void)run("ip netns exec " + router + " pulse -n -v -c /tmp/many.cf >> $LAB_RESULTS/" + router +
                  ".log 2>&1 < /dev/null &");
    };
    start("primary");
    ASSERT_TRUE(within(seconds(60), [&] { return all_up("primary"); }));
    start("backup");
    std::this_thread::sleep_for(seconds(5));

    HeartbeatWatch heartbeats("h2-eth1", "10.0.1.2", 539);
    std::this_thread::sleep_for(seconds(5));
    const double quiet = heartbeats.longest_ms();
    heartbeats.restart();
    cut_off(cluster, "primary");
    EXPECT_TRUE(within(seconds(60), [&] { return all_up("backup"); }));
    std::this_thread::sleep_for(seconds(6));
    const double taking_over = heartbeats.longest_ms();
    std::printf(
        "longest time between two heartbeats (keepalive %lld ms): quiet %.1f ms, taking over %d addresses "
        "%.1f ms\n",
        static_cast<long long>(cluster.config().keepalive.count()), quiet, many, taking_over);
    EXPECT_GT(heartbeats.count(), 20);
    // The guest has one slow processor that lvsd needs too; what the address work itself may cost is far
    // less.
    EXPECT_LT(taking_over - static_cast<double>(cluster.config().keepalive.count()), 100.0);
    EXPECT_THAT(Cluster::log("backup"), HasSubstr("gratuitous lvs arps finished"));
}

}  // namespace
}  // namespace pulse::lab
