#include <cerrno>

#include <gtest/gtest.h>

#include "pulse/ipvs/kernel_sentence.h"
#include "pulse/ipvs/sync_listing.h"

#include "helpers.h"

namespace pulse::ipvs {
namespace {

TEST(KernelSentence, OneErrnoMeansDifferentThings) {
    const struct {
        int error_number;
        Subject subject;
        std::string_view text;
    } cases[] = {
        {EEXIST, Subject::service, "Service already exists"},
        {EEXIST, Subject::server, "Destination already exists"},
        {EEXIST, Subject::daemon, "Daemon has already run"},
        {ENOENT, Subject::service, "Scheduler or persistence engine not found"},
        {ENOENT, Subject::server, "No such destination"},
        {ESRCH, Subject::service, "No such service"},
        {ESRCH, Subject::server, "Service not defined"},
        {ESRCH, Subject::daemon, "No daemon is running"},
        {EPERM, Subject::table, "Permission denied (you must be root)"},
        {EINVAL, Subject::server,
         "Invalid operation.  Possibly wrong module version, address not unicast, ..."},
        {ENODEV, Subject::daemon, "No such device"},
        {ERANGE, Subject::server, "Numerical result out of range"},
    };
    for (const auto& each : cases) EXPECT_EQ(kernel_sentence(each.error_number, each.subject), each.text);
}

TEST(SyncListing, DaemonsSayWhatIsKnownOfThem) {
    const std::vector<SyncDaemon> daemons{{.role = SyncRole::master,
                                           .interface = "eth0",
                                           .id = 7,
                                           .max_length = 1400,
                                           .group = ip("239.1.2.3"),
                                           .port = net::Port{9000},
                                           .ttl = 5},
                                          {.role = SyncRole::backup, .interface = "eth1", .id = 0}};
    EXPECT_EQ(listing(daemons),
              "master sync daemon (mcast=eth0, syncid=7, maxlen=1400, group=239.1.2.3, port=9000, ttl=5)\n"
              "backup sync daemon (mcast=eth1, syncid=0)\n");
    EXPECT_EQ(listing(std::span<const SyncDaemon>{}), "");
}

TEST(SyncListing, Timeouts) {
    EXPECT_EQ(listing(Timeouts{.tcp = std::chrono::seconds(900),
                               .tcp_fin = std::chrono::seconds(120),
                               .udp = std::chrono::seconds(300)}),
              "Timeout (tcp tcpfin udp): 900 120 300\n");
}

}  // namespace
}  // namespace pulse::ipvs
