#include "pulse/health/nanny_command.h"

#include <gmock/gmock.h>

namespace pulse::health {
namespace {

using testing::ElementsAre;

TEST(NannyCommand, HasTheOriginalsOrder) {
    const NannySpec spec{.real_server = *net::IpAddress::parse("10.0.0.7"),
                         .real_port = {8080},
                         .virtual_address = *net::IpAddress::parse("10.0.0.100"),
                         .virtual_port = {80},
                         .fwmark = net::FirewallMark{7},
                         .protocol = net::Protocol::udp,
                         .send_program = "/bin/check %h",
                         .send = "\\r\\n",
                         .expect = "",
                         .regex = true,
                         .quiesce = true,
                         .verbose = true,
                         .foreground = true,
                         .interval = std::chrono::milliseconds(250),
                         .reentry = std::chrono::seconds(15),
                         .weight = 5,
                         .method = 'g',
                         .load_command = "none"};
    EXPECT_THAT(
        arguments(spec),
        ElementsAre("-c", "-h", "10.0.0.7", "-p", "80", "-r", "8080", "-f", "7", "-u", "-e", "/bin/check %h",
                    "-s", "\\r\\n", "-x", "", "-q", "--regex", "-v", "-a", "15", "-I", "/sbin/ipvsadm", "-t",
                    "250ms", "-w", "5", "-V", "10.0.0.100", "-M", "g", "-U", "none", "--nodaemon", "--lvs"));
}

TEST(NannyCommand, LeavesOutWhatIsNotConfigured) {
    const NannySpec spec{.real_server = *net::IpAddress::parse("10.0.0.7"),
                         .real_port = {80},
                         .virtual_address = *net::IpAddress::parse("10.0.0.100")};
    EXPECT_THAT(arguments(spec),
                ElementsAre("-c", "-h", "10.0.0.7", "-p", "80", "-r", "80", "-a", "180", "-I",
                            "/sbin/ipvsadm", "-t", "10", "-w", "1", "-V", "10.0.0.100", "-M", "m", "--lvs"));
}

TEST(NannyCommand, HasOurOptionsWhereTheyAreSet) {
    NannySpec spec{.real_server = *net::IpAddress::parse("10.0.0.7"), .real_port = {80}};
    const auto before = arguments(spec).size();
    spec.rise = 3;
    spec.fall = 2;
    spec.retry_interval = std::chrono::milliseconds(500);
    spec.hold_down = std::chrono::seconds(30);
    spec.load_formula = load::Formula::classic;
    spec.load_interval = std::chrono::seconds(5);
    spec.agent_port = {9999};
    spec.weight_min = 0;
    spec.weight_max = 200;
    spec.slow_start = std::chrono::seconds(60);
    auto all = arguments(spec);
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(before) - 1);
    EXPECT_THAT(all,
                ElementsAre("--rise", "3", "--fall", "2", "--retry-interval", "500ms", "--hold-down", "30",
                            "--load-formula", "classic", "--load-interval", "5", "--agent-port", "9999",
                            "--weight-min", "0", "--weight-max", "200", "--slow-start", "60", "--lvs"));
}

TEST(NannyCommand, TheIntervalIsTheRetryIntervalAndReentryTheRiseUnlessTheyAreSet) {
    NannySpec spec{.interval = std::chrono::seconds(6), .reentry = std::chrono::seconds(15)};
    EXPECT_EQ(pace_of(spec), (Pace{.interval = std::chrono::seconds(6),
                                   .retry_interval = std::chrono::seconds(6),
                                   .rise = 2,
                                   .fall = 1}));
    spec.rise = 5;
    spec.fall = 3;
    spec.retry_interval = std::chrono::seconds(1);
    EXPECT_EQ(pace_of(spec), (Pace{.interval = std::chrono::seconds(6),
                                   .retry_interval = std::chrono::seconds(1),
                                   .rise = 5,
                                   .fall = 3}));
}

TEST(NannyCommand, KnowsWhatStartsPrograms) {
    NannySpec spec;
    EXPECT_FALSE(starts_programs(spec));
    for (const auto* built_in : {"none", "rup", "ruptime", "agent"}) {
        spec.load_command = built_in;
        EXPECT_FALSE(starts_programs(spec));
    }
    spec.load_command = "ssh";
    EXPECT_TRUE(starts_programs(spec));
    spec.load_command.reset();
    spec.send_program = "/bin/true";
    EXPECT_TRUE(starts_programs(spec));
}

TEST(NannyCommand, IdentitiesDiffer) {
    NannySpec one{.real_server = *net::IpAddress::parse("10.0.0.7"), .real_port = {80}};
    auto other = one;
    EXPECT_EQ(identity(one), identity(other));
    other.real_port = {81};
    EXPECT_NE(identity(one), identity(other));
}

}  // namespace
}  // namespace pulse::health
