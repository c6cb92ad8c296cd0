// ldirectord, a Debian package that drives ipvsadm, with ours in place of the packaged one. Run by tools/lab
// exec.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "programs.h"
#include "shell.h"

namespace pulse::lab {
namespace {

/// Two real servers, 10.4.0.2 and 10.4.0.3 (and one of IPv6), each with an nginx of its own. The machine is a
/// scratch one: what is mounted over its ipvsadm goes away with it.
constexpr const char* network = R"(
set -e
mount --bind "$OURS" /usr/sbin/ipvsadm
ip link set lo up
ip addr add 10.3.0.1/32 dev lo
ip addr add 2001:db8:3::1/128 dev lo nodad
ip netns add server
ip link add s0 type veth peer name s1 netns server
ip link set s0 up
ip addr add 10.4.0.1/24 dev s0
ip addr add 2001:db8:4::1/64 dev s0 nodad
ip -n server link set lo up
ip -n server link set s1 up
for address in 10.4.0.2/24 10.4.0.3/24; do ip -n server addr add $address dev s1; done
ip -n server addr add 2001:db8:4::2/64 dev s1 nodad
for name in 10.4.0.2 10.4.0.3 [2001:db8:4::2]; do
    cat >"/tmp/nginx-$name.conf" <<END
daemon on; pid /tmp/nginx-$name.pid; error_log /tmp/nginx.err;
events {}
http { access_log off; server { listen $name:80; return 200 "healthy"; } }
END
done
)";

constexpr std::string_view configuration = R"(checktimeout=3
checkinterval=1
autoreload=no
logfile="/tmp/ldirectord.log"
quiescent=QUIESCENT
virtual=10.3.0.1:80
        real=10.4.0.2:80 masq 5
        real=10.4.0.3:80 masq
        fallback=127.0.0.1:8080
        service=http
        checktype=negotiate
        request="index.html"
        receive="healthy"
        scheduler=wlc
        persistent=600
        protocol=tcp
virtual6=[2001:db8:3::1]:80
        real6=[2001:db8:4::2]:80 masq
        service=http
        checktype=connect
        scheduler=rr
        protocol=tcp
)";

class Ldirectord : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        const auto built = lab::run("OURS='" + path_of(Program::ours) + "'" + network);
        ASSERT_EQ(built.status, 0) << built.text;
        ASSERT_THAT(lab::run("/usr/sbin/ipvsadm -v").text, testing::HasSubstr("pulse"));
    }

    void SetUp() override {
        Kernel().reset({});
        for (const auto* server : {"10.4.0.2", "10.4.0.3", "[2001:db8:4::2]"}) nginx(server, true);
    }

    void TearDown() override {
        (void)lab::run("ldirectord /tmp/ldirectord.cf stop");
        for (const auto* server : {"10.4.0.2", "10.4.0.3", "[2001:db8:4::2]"}) nginx(server, false);
    }

    static void nginx(const std::string& server, bool runs) {
        if (runs)
            (void)lab::run("ip netns exec server nginx -c '/tmp/nginx-" + server + ".conf'");
        else
            (void)lab::run("pid=$(cat '/tmp/nginx-" + server +
                           ".pid') && kill $pid && while kill -0 $pid; do sleep 0.05; done");
    }

    static void start(const std::string& quiescent) {
        std::string text(configuration);
        text.replace(text.find("QUIESCENT"), std::string("QUIESCENT").size(), quiescent);
        std::ofstream("/tmp/ldirectord.cf") << text;
        const auto started = lab::run("ldirectord /tmp/ldirectord.cf start");
        ASSERT_EQ(started.status, 0) << started.text;
    }

    /// Waits until `ipvsadm -S -n` says this; what it says in the end.
    static std::string settled(const std::string& wanted) {
        std::string saved;
        (void)lab::within(std::chrono::seconds(60), [&] {
            saved = lab::run("/usr/sbin/ipvsadm -S -n").text;
            return saved == wanted;
        });
        return saved == wanted ? saved : saved + lab::run("tail -n 30 /tmp/ldirectord.log").text;
    }
};

const std::string service = "-A -t 10.3.0.1:80 -s wlc -p 600\n";
const std::string first = "-a -t 10.3.0.1:80 -r 10.4.0.2:80 -m -w 5\n";
const std::string second = "-a -t 10.3.0.1:80 -r 10.4.0.3:80 -m -w 1\n";
const std::string fallback = "-a -t 10.3.0.1:80 -r 127.0.0.1:80 -g -w 1\n";
const std::string six =
    "-A -t [2001:db8:3::1]:80 -s rr\n-a -t [2001:db8:3::1]:80 -r [2001:db8:4::2]:80 -m -w 1\n";

TEST_F(Ldirectord, TakesAServerOutAndInAgain) {
    start("no");
    const auto all = service + first + second + six;
    EXPECT_EQ(settled(all), all);
    nginx("10.4.0.2", false);
    const auto without = service + second + six;
    EXPECT_EQ(settled(without), without);
    nginx("10.4.0.2", true);
    EXPECT_EQ(settled(all), all);
    ASSERT_EQ(lab::run("ldirectord /tmp/ldirectord.cf stop").status, 0);
    EXPECT_EQ(settled(""), "");
}

TEST_F(Ldirectord, QuiescentServersKeepTheirPlaceWithoutWeight) {
    start("yes");
    const auto all = service + first + second + six;
    EXPECT_EQ(settled(all), all);
    nginx("10.4.0.2", false);
    const auto quiet = service + "-a -t 10.3.0.1:80 -r 10.4.0.2:80 -m -w 0\n" + second + six;
    EXPECT_EQ(settled(quiet), quiet);
    nginx("10.4.0.2", true);
    EXPECT_EQ(settled(all), all);
}

TEST_F(Ldirectord, TheFallbackServesWhenAllAreDown) {
    start("no");
    const auto all = service + first + second + six;
    EXPECT_EQ(settled(all), all);
    nginx("10.4.0.2", false);
    nginx("10.4.0.3", false);
    EXPECT_EQ(settled(service + fallback + six), service + fallback + six);
    nginx("10.4.0.3", true);
    EXPECT_EQ(settled(service + second + six), service + second + six);
}

}  // namespace
}  // namespace pulse::lab
