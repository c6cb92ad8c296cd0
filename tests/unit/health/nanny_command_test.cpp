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

}  // namespace
}  // namespace pulse::health
