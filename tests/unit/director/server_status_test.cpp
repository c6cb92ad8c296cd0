#include "pulse/director/server_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pulse::director {
namespace {

using health::Verdict;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

const TimePoint start{};

config::Config service_of(int servers) {
    config::VirtualServer web;
    web.name = "web";
    web.active = true;
    web.address = config::DeviceAddress{*net::IpAddress::parse("10.0.0.10"), "eth0:1"};
    for (int i = 0; i < servers; ++i) {
        config::RealServer server;
        server.name = "s" + std::to_string(i);
        server.address = net::IpAddress::v4(0x0a000101U + static_cast<std::uint32_t>(i));
        server.active = true;
        server.port = {80};
        web.servers.push_back(server);
    }
    config::Config config;
    config.virtual_servers = {web};
    return config;
}

/// Three servers: up, held down, not heard of.
std::vector<ServerStatus> sample() {
    const auto config = service_of(3);
    const auto all = monitors(config);
    HeardReports heard;
    heard[all[0].key] = {.report = {.verdict = Verdict::up,
                                    .weight = 40,
                                    .weight_reason = "slow start",
                                    .latency = std::chrono::microseconds(1'260)},
                         .when = start};
    heard[all[1].key] = {
        .report = {.verdict = Verdict::down, .reason = "connect refused", .held = seconds(30), .flaps = 2},
        .when = start};
    Situation situation;
    situation.drained.insert(all[0].key);
    situation.standings[all[1].key].held = true;
    return server_statuses(config, situation, heard, start + seconds(18) + milliseconds(100));
}

TEST(ServerStatus, TextSaysWhoIsDownWhyAndForHowLong) {
    EXPECT_EQ(
        to_text(sample()),
        "real servers: 1 of 3 up\n"
        "  web/s0  10.0.1.1:80  up, drained, weight 40 (slow start), check took 1.3 ms\n"
        "  web/s1  10.0.1.2:80  DOWN: connect refused, held down for 12 more seconds, failed 2 times soon "
        "after its return, kept in (panic_threshold)\n"
        "  web/s2  10.0.1.3:80  not checked yet\n");
    EXPECT_EQ(to_text(std::vector<ServerStatus>{}), "real servers: 0 of 0 up\n");
}

/// check = icmp that the kernel forbids: "not checked yet" would be said for ever.
TEST(ServerStatus, TextSaysWhyAServerCannotBeChecked) {
    const auto config = service_of(2);
    const auto all = monitors(config);
    const std::string reason =
        "cannot check: Permission denied (the group of nanny must be within the sysctl)";
    HeardReports heard;
    heard[all[0].key] = {.report = {.verdict = Verdict::unknown, .reason = reason}, .when = start};
    heard[all[1].key] = {.report = {.verdict = Verdict::up, .reason = reason}, .when = start};
    EXPECT_EQ(to_text(server_statuses(config, {}, heard, start)),
              "real servers: 1 of 2 up\n"
              "  web/s0  10.0.1.1:80  unknown: " +
                  reason +
                  "\n"
                  "  web/s1  10.0.1.2:80  up: " +
                  reason + "\n");
}

TEST(ServerStatus, JsonSaysTheSame) {
    const auto json = nlohmann::json::parse(to_json(sample()));
    ASSERT_EQ(json.size(), 3U);
    EXPECT_EQ(json[0]["latency_us"], 1260);
    EXPECT_EQ(json[0]["drained"], true);
    EXPECT_EQ(json[1]["verdict"], "down");
    EXPECT_EQ(json[1]["reason"], "connect refused");
    EXPECT_EQ(json[1]["held_ms"], 11900);
    EXPECT_EQ(json[1]["flaps"], 2);
    EXPECT_EQ(json[2]["verdict"], "unknown");
    EXPECT_TRUE(json[2]["latency_us"].is_null());
    auto foreign = sample();
    foreign[1].report.reason = "\xff";
    EXPECT_TRUE(nlohmann::json::accept(to_json(foreign)));
}

TEST(ServerStatus, AHoldThatIsOverIsNotShown) {
    const auto config = service_of(1);
    HeardReports heard;
    heard[monitors(config)[0].key] = {.report = {.verdict = Verdict::down, .held = seconds(5)},
                                      .when = start};
    EXPECT_EQ(server_statuses(config, {}, heard, start + seconds(6))[0].report.held, seconds(0));
}

TEST(ServerStatus, OneThatIsWellAgainShowsWhenItIsBack) {
    const auto config = service_of(1);
    HeardReports heard;
    heard[monitors(config)[0].key] = {
        .report = {.verdict = Verdict::down, .reason = "connect refused", .back = seconds(60)},
        .when = start};
    EXPECT_THAT(to_text(server_statuses(config, {}, heard, start + seconds(6))),
                HasSubstr("DOWN: connect refused, well again, back in 54 s\n"));
    EXPECT_EQ(server_statuses(config, {}, heard, start + seconds(70))[0].report.back, seconds(0));
}

TEST(ServerStatus, WhoNobodyChecksIsShownAsSuch) {
    const auto config = service_of(2);
    const auto all = monitors(config);
    HeardReports heard;
    heard[all[1].key] = {.report = {.verdict = Verdict::up}, .when = start};
    const Unchecked unchecked{{all[0].key, "no descriptors"}, {all[1].key, "no descriptors"}};
    const auto statuses = server_statuses(config, {}, heard, start, unchecked);
    EXPECT_THAT(to_text(statuses), HasSubstr("10.0.1.1:80  not checked: no descriptors\n"));
    EXPECT_THAT(to_text(statuses), HasSubstr("10.0.1.2:80  up, not checked any more: no descriptors\n"));
    EXPECT_EQ(server_status_from(to_fields(statuses[0])), statuses[0]);
}

TEST(ServerStatus, SurvivesItsJourneyInPagesOfOneMessageEach) {
    std::vector<ServerStatus> all;
    for (int i = 0; i < 500; ++i) {
        auto each = sample();
        each[1].name.server_name = std::to_string(i) + "\\\n=";
        each[1].report.reason = std::string(static_cast<std::size_t>(i) % health::longest_reason, '=');
        all.insert(all.end(), each.begin(), each.end());
    }
    std::vector<ServerStatus> received;
    std::optional<std::size_t> next = 0;
    for (int pages = 0; next; ++pages) {
        ASSERT_LT(pages, 500);
        const auto text = page_of(all, *next).to_text();
        EXPECT_LT(text.size(), 8'000U);
        const auto page = Fields::parse(text);
        for (const auto server : page.all("server"))
            received.push_back(*server_status_from(Fields::parse(server)));
        const auto more = page.find("next");
        next = more ? std::optional(std::stoul(std::string(*more))) : std::nullopt;
    }
    EXPECT_EQ(received, all);
}

TEST(ServerStatus, WhatFitsIntoNoMessageIsLeftOutAndTheRestArrives) {
    auto all = sample();
    all[1].name.server_name = std::string(10'000, 'x');
    EXPECT_EQ(page_of(all, 0).all("server").size(), 2U);
    EXPECT_EQ(page_of(all, 0).find("next"), std::nullopt);
    EXPECT_TRUE(page_of(all, 3).all("server").empty());
    EXPECT_EQ(server_status_from(Fields::parse("verdict=up\n")), std::nullopt);
}

}  // namespace
}  // namespace pulse::director
