#include "pulse/failover/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "router.h"

namespace pulse::failover {
namespace {

using testing::HasSubstr;

Status sample() {
    Router router(Identity::primary);
    router.settings.details = true;
    router.settings.paths = {"public"};
    router.settings.links = 2;
    router.become_active();
    heartbeat::Report says{.sender = Identity::backup, .able = true, .hears = true};
    says.config_serial = 7;
    says.config_digest.fill(3);
    router.hear(says);
    router.feed(LinksChanged{.up = true, .count = 1});
    Status status{.settings = router.settings, .state = router.state, .now = router.now + 1500ms};
    status.paths = {
        {"public", *net::IpAddress::parse("10.0.0.1"), *net::IpAddress::parse("10.0.0.2"), net::Port{539}}};
    status.counters.resize(1);
    status.counters[0].heard = 5;
    status.counters[0].refused[4] = 9;
    status.links_down = {"Private"};
    return status;
}

TEST(Status, TextSaysWhatAnOperatorAsks) {
    const auto text = to_text(sample());
    EXPECT_THAT(text, HasSubstr("this router: primary, active for 2.5 s\n"));
    EXPECT_THAT(text, HasSubstr("partner:    standby, heard 1.5 s ago\n"));
    EXPECT_THAT(text, HasSubstr("LVS.CF DIFFERS: serial_no 0 here, 7 there\n"));
    EXPECT_THAT(text, HasSubstr("links:      1 of 2 up; down: Private\n"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "public    10.0.0.1 to 10.0.0.2:539: heard 1.5 s ago, 0 sent, 5 heard, 9 wrong signature\n"));
}

TEST(Status, SaysWhichVitalLinksAreLostAndWhoReachesTheServers) {
    auto status = sample();
    status.settings.links = 0;
    status.settings.link_rule = LinkRule::automatic;
    status.state.served = 333;
    EXPECT_THAT(to_text(status), HasSubstr("links:      DOWN: Private"));
    EXPECT_THAT(to_text(status), HasSubstr("servers:    33.3 % of their weight is up here, not known on the "
                                           "partner\n"));
    status.links_down.clear();
    status.state.report->served = 1000;
    EXPECT_THAT(to_text(status), HasSubstr("links:      up (the public one"));
    EXPECT_THAT(to_text(status), HasSubstr("here, 100.0 % on the partner\n"));
    const auto json = nlohmann::json::parse(to_json(status));
    EXPECT_EQ(json["served_permille"], 333);
    EXPECT_EQ(json["partner"]["served_permille"], 1000);
}

TEST(Status, JsonSaysTheSame) {
    const auto json = nlohmann::json::parse(to_json(sample()));
    EXPECT_EQ(json["version"], 1);
    EXPECT_EQ(json["role"], "active");
    EXPECT_EQ(json["role_ms"], 2500);
    EXPECT_EQ(json["partner"]["config_differs"], true);
    EXPECT_EQ(json["heartbeat"]["paths"][0]["refused"]["wrong signature"], 9);
}

TEST(Status, EveryStateCanBeShown) {
    Status status;
    EXPECT_THAT(to_text(status), HasSubstr("none (backup_active = 0)"));
    status.settings.partner = true;
    status.state.stopping = status.state.link_down = status.state.child_failed = true;
    EXPECT_THAT(to_text(status), HasSubstr("kept out:   it is stopping, no link, lvsd kept failing\n"));
    EXPECT_TRUE(nlohmann::json::parse(to_json(status)).is_object());
}

}  // namespace
}  // namespace pulse::failover
