
#include <gmock/gmock.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

struct Expected {
    std::string_view name;
    std::size_t virtuals;
    std::size_t servers;
    std::size_t active;
    std::size_t failovers;
    std::vector<std::string> says;
};

const std::vector<Expected>& index() {
    static const std::vector<Expected> rows = {
        {"dr-every-other-line-blank-no-indent.cf", 1, 2, 1, 0, {}},
        {"dr-http-https-same-fwmark.cf",
         2,
         4,
         2,
         0,
         {"14: warning: a lost public link would not move the role",
          "54: warning: two services for firewall mark 100"}},
        {"dr-mysql-quiesce-service-twice.cf",
         1,
         2,
         1,
         0,
         {"4: warning: \"service\" is given more than once; the last one counts"}},
        {"dr-no-backup-port-mismatch-ragged-indent.cf",
         1,
         2,
         1,
         0,
         {"9: warning: deadtime is not longer than keepalive",
          "31: warning: the real server's port is not the service's",
          "37: warning: the real server's port is not the service's"}},
        {"dr-private-heartbeat-inactive-server-weight0.cf",
         1,
         4,
         1,
         0,
         {"14: warning: a lost public link would not move the role"}},
        {"dr-squid-8080-trailing-spaces.cf",
         1,
         2,
         1,
         0,
         {"18: warning: pmask without persistent has no effect"}},
        {"dr-vpn443-no-address-hooks.cf", 1, 0, 0, 0, {}},
        {"dr-web-sip-udp-fwmark.cf", 2, 6, 2, 0, {}},
        {"dr-www-backup-zero-no-backup-active.cf", 1, 2, 1, 0, {}},
        {"fragment-mysql-empty-send-expect.cf", 1, 3, 1, 0, {}},
        {"fragment-server-only-numeric-name-16space.cf",
         0,
         0,
         0,
         0,
         {"1: error: unknown command: \"server\""}},
        {"hybrid-nat-keepalived-global-defs.cf",
         2,
         4,
         2,
         0,
         {"4: warning: Undefined backup node marked as active? -- clearing that!",
          "20: error: unknown command: \"global_defs\"; this is the configuration of keepalived, not "
          "lvs.cf"}},
        {"hybrid-nat-static-addresses.cf",
         2,
         4,
         2,
         0,
         {"4: warning: Undefined backup node marked as active? -- clearing that!",
          "20: error: unknown command: \"global_defs\"; this is the configuration of keepalived, not "
          "lvs.cf"}},
        {"nat-distribution-sample-tabs-comments-fos.cf",
         2,
         4,
         1,
         2,
         {"51: warning: \"backup_active\" is given more than once; the last one counts"}},
        {"nat-single-http-blanklines-send-program.cf",
         1,
         2,
         1,
         0,
         {"16: warning: a lost public link would not move the role"}},
    };
    return rows;
}

TEST(Corpus, EveryFileReadsAsItsIndexSays) {
    ASSERT_EQ(corpus().size(), index().size());
    for (const auto& row : index()) {
        SCOPED_TRACE(row.name);
        const auto reading = read_text(corpus_file(row.name));
        std::size_t servers = 0;
        std::size_t active = 0;
        for (const auto& service : reading.config.virtual_servers) {
            servers += service.servers.size();
            active += service.active ? 1U : 0U;
        }
        EXPECT_EQ(reading.config.virtual_servers.size(), row.virtuals);
        EXPECT_EQ(reading.config.failover_services.size(), row.failovers);
        EXPECT_EQ(servers, row.servers);
        EXPECT_EQ(active, row.active);
        EXPECT_EQ(brief(reading), row.says);
    }
}

TEST(Corpus, DistributionSampleMeansWhatItSays) {
    const auto config = read_text(corpus_file("nat-distribution-sample-tabs-comments-fos.cf")).config;
    EXPECT_EQ(config.primary, net::IpAddress::parse("207.175.44.150"));
    EXPECT_EQ(config.backup_private, net::IpAddress::parse("10.11.12.2"));
    EXPECT_EQ(config.heartbeat_port, net::Port{1050});
    EXPECT_EQ(config.reservation_conflict_action, ReservationConflict::preempt);
    EXPECT_EQ(config.primary_shared, "/dev/sdb");
    EXPECT_EQ(config.nat_router.value_or(DeviceAddress{}).device, "eth1:1");
    const auto& first = config.virtual_servers.at(0);
    EXPECT_EQ(first.name, "server1");
    EXPECT_EQ(first.fwmark, net::FirewallMark{100});
    EXPECT_EQ(first.port, net::Port{80});
    EXPECT_EQ(first.send, R"(GET / HTTP/1.0\r\n\r\n)");
    EXPECT_EQ(first.load_monitor, "uptime");
    EXPECT_EQ(first.persistent, std::chrono::seconds(60));
    EXPECT_EQ(first.pmask, std::nullopt);
    EXPECT_EQ(config.virtual_servers.at(1).servers.at(0).port, net::Port{21});
    EXPECT_EQ(config.failover_services.at(0).start_cmd, "/etc/rc.d/init.d/httpd start");
}

TEST(Corpus, SipServiceIsUdpWithAMarkAndNoMask) {
    const auto config = read_text(corpus_file("dr-web-sip-udp-fwmark.cf")).config;
    const auto& sip = config.virtual_servers.at(1);
    EXPECT_EQ(sip.protocol, net::Protocol::udp);
    EXPECT_EQ(sip.vip_nmask, std::nullopt);
    EXPECT_EQ(sip.send_program, "/usr/local/bin/test-sip-server.sh %h");
    EXPECT_EQ(sip.servers.at(2).port, net::Port{5060});
}

TEST(Corpus, HybridFilesAreReadAroundTheForeignBlocks) {
    const auto config = read_text(corpus_file("hybrid-nat-static-addresses.cf")).config;
    EXPECT_FALSE(config.backup_active);
    EXPECT_EQ(config.syncd_id, 3);
    EXPECT_EQ(config.virtual_servers.at(1).name, "vs_8080");
}

TEST(Corpus, EmptySendAndExpectAreGivenNotMissing) {
    const auto config = read_text(corpus_file("fragment-mysql-empty-send-expect.cf")).config;
    EXPECT_EQ(config.virtual_servers.at(0).send, "");
    EXPECT_EQ(config.virtual_servers.at(0).expect, "");
}

}  // namespace
}  // namespace pulse::config::testing
