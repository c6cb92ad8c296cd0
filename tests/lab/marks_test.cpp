// The packet marks of mark_ports, on a kernel that has nftables. Run by tools/lab up with marks.cf.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster.h"
#include "shell.h"

namespace pulse::lab {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr auto router = "primary";
constexpr auto patience = seconds(60);  // an emulated processor

/// nft in the router.
std::string nft(const std::string& words) { return run("ip netns exec primary nft " + words).text; }

/// Who answers the client on a port of the service, for each of four requests.
std::string answers(int port) {
    return run("ip netns exec client lab-probe --count 4 10.0.0.10 " + std::to_string(port)).text;
}

void edit(const std::string& sed) {
    ASSERT_EQ(run("sed -i '" + sed + "' $LAB_FILE").status, 0);
    const auto reloaded = Cluster::pulsectl(router, "reload");
    ASSERT_EQ(reloaded.status, 0) << reloaded.text;
}

/// One story, because each start of the cluster costs seconds here.
TEST(Marks, ComeGoAndComeBackWithTheServiceAndLeaveOthersAlone) {
    Cluster cluster;
    ASSERT_EQ(run("ip netns exec primary nft add table inet foreign").status, 0);
    ASSERT_TRUE(cluster.become_healthy()) << Cluster::log(router);
    EXPECT_THAT(nft("list table inet pulse"),
                HasSubstr("ip daddr 10.0.0.10 tcp dport { 80, 443 } meta mark set 0x00000007"));
    for (const int port : {80, 443}) {
        const auto served = answers(port);
        EXPECT_THAT(served, HasSubstr("alpha 2")) << port;
        EXPECT_THAT(served, HasSubstr("bravo 2")) << port;
    }
    EXPECT_THAT(cluster.table(router), HasSubstr("FWM  7 rr"));

    EXPECT_EQ(run("ip netns exec primary nft delete table inet pulse").status, 0);
    EXPECT_TRUE(within(patience, [] { return nft("list tables").find("inet pulse") != std::string::npos; }));
    EXPECT_THAT(Cluster::log(router), HasSubstr("somebody else changed the rules that mark packets"));
    EXPECT_THAT(answers(443), HasSubstr("alpha 2"));

    edit("s/mark_ports = 80,443/mark_ports = 443/");
    EXPECT_TRUE(within(patience,
                       [] { return nft("list table inet pulse").find("dport 443 ") != std::string::npos; }));
    EXPECT_THAT(answers(80), Not(HasSubstr("alpha")));
    edit("/mark_ports/d");
    EXPECT_TRUE(within(patience, [] { return nft("list tables").find("inet pulse") == std::string::npos; }));

    edit("s/fwmark = 7/fwmark = 7\\n    mark_ports = 80/");
    EXPECT_TRUE(within(patience, [] { return nft("list tables").find("inet pulse") != std::string::npos; }));
    for (const int pid : cluster.pids(router, "pulse")) ::kill(pid, SIGTERM);
    EXPECT_TRUE(within(patience, [&] { return cluster.pids(router, "lvsd").empty(); }));
    EXPECT_EQ(nft("list tables"), "table inet foreign\n");
    if (testing::Test::HasFailure()) std::fputs(Cluster::log(router).c_str(), stdout);
}

}  // namespace
}  // namespace pulse::lab
