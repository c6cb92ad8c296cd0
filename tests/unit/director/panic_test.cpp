#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/director/director.h"

namespace pulse::director {
namespace {

using health::Verdict;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

const TimePoint start{};

/// A pool of five, one of them off, checked every 10 s.
config::Config pool(int panic_threshold) {
    config::VirtualServer web;
    web.name = "web";
    web.active = true;
    web.address = config::DeviceAddress{*net::IpAddress::parse("10.0.0.10"), "eth0:1"};
    web.panic_threshold = panic_threshold;
    for (int i = 1; i <= 5; ++i) {
        config::RealServer server;
        server.address = *net::IpAddress::parse("10.0.1." + std::to_string(i));
        server.active = i != 5;
        server.port = {80};
        server.weight = 10;
        web.servers.push_back(server);
    }
    config::Config config;
    config.virtual_servers = {web};
    return config;
}

/// What lvsd does with reports.
class Panic : public testing::Test {
  protected:
    explicit Panic(int threshold = 60) : config(pool(threshold)), situation(everyone_up(config)) {}

    MonitorKey key(int server) const {
        const auto& web = config.virtual_servers[0];
        return {service_id(web), {web.servers.at(static_cast<std::size_t>(server - 1)).address, {80}}};
    }
    std::optional<PanicChange> report(int server, Verdict verdict, TimePoint now) {
        auto& standing = situation.standings[key(server)];
        standing = after(standing, {.verdict = verdict}, now);
        return judge_panic(config.virtual_servers[0], situation, now);
    }
    std::size_t in_table() const {
        return desired_table(config, situation).begin()->second.destinations.size();
    }

    config::Config config;
    Situation situation;
};

TEST_F(Panic, WhenMostFailAtOnceAllStayIn) {
    EXPECT_EQ(report(1, Verdict::down, start), std::nullopt);
    EXPECT_EQ(report(2, Verdict::down, start + seconds(3)), std::nullopt);
    EXPECT_EQ(in_table(), 2U);
    const auto change = report(3, Verdict::down, start + seconds(9));  // 75 %
    EXPECT_EQ(change, (PanicChange{.panic = true, .failed = 3, .pool = 4}));
    EXPECT_EQ(in_table(), 4U);
    EXPECT_EQ(desired_table(config, situation), desired_table(config, everyone_up(config)));
    EXPECT_EQ(report(4, Verdict::down, start + seconds(60)), std::nullopt);  // and so does the last
    EXPECT_EQ(in_table(), 4U);
}

TEST_F(Panic, IsOverWhenEnoughAreBackAndWhoIsStillDownLeaves) {
    for (const int server : {1, 2, 3}) (void)report(server, Verdict::down, start);
    EXPECT_EQ(in_table(), 4U);
    const auto change = report(1, Verdict::up, start + seconds(100));  // 2 of 4 are 50 %
    EXPECT_EQ(change, (PanicChange{.panic = false, .failed = 2, .pool = 4}));
    EXPECT_EQ(in_table(), 2U);
    EXPECT_EQ(report(2, Verdict::up, start + seconds(101)), std::nullopt);
    EXPECT_EQ(in_table(), 3U);
}

TEST_F(Panic, ServersThatFailOneAfterAnotherAreSimplyDown) {
    for (const int server : {1, 2, 3, 4})
        EXPECT_EQ(report(server, Verdict::down, start + seconds(21) * server), std::nullopt);
    EXPECT_EQ(in_table(), 0U);
}

TEST_F(Panic, OneServerAloneIsNoPanic) {
    for (const int server : {1, 2, 3}) (void)report(server, Verdict::down, start + seconds(21) * server);
    EXPECT_EQ(report(4, Verdict::down, start + seconds(200)), std::nullopt);
    EXPECT_EQ(in_table(), 0U);
}

TEST_F(Panic, ServersThatNeverWereUpAreNotKeptIn) {
    situation = {};
    for (const int server : {1, 2, 3, 4}) EXPECT_EQ(report(server, Verdict::down, start), std::nullopt);
    EXPECT_EQ(in_table(), 0U);
}

TEST_F(Panic, HowCloseTogetherAtOnceIsFollowsFromTheChecks) {
    struct Row {
        int check_interval, timeout, retry_interval, fall, window;  ///< in seconds
    };
    for (const auto& row :
         {Row{10, 10, 0, 1, 20}, Row{60, 5, 0, 1, 65}, Row{60, 5, 2, 3, 79}, Row{2, 1, 0, 2, 6}}) {
        SCOPED_TRACE(testing::Message() << "interval " << row.check_interval << ", fall " << row.fall);
        auto& web = config.virtual_servers[0];
        web.check_interval = seconds(row.check_interval);
        web.timeout = seconds(row.timeout);
        web.retry_interval = seconds(row.retry_interval);
        web.fall = row.fall;
        for (const int late : {0, 1}) {
            situation = everyone_up(config);
            for (const int server : {1, 2}) (void)report(server, Verdict::down, start);
            const auto change = report(3, Verdict::down, start + seconds(row.window + late));
            EXPECT_EQ(change.has_value(), late == 0);
        }
    }
}

class NoPanic : public Panic {
  protected:
    NoPanic() : Panic(0) {}
};

TEST_F(NoPanic, IsTheDefault) {
    EXPECT_EQ(config::VirtualServer().panic_threshold, 0);
    for (const int server : {1, 2, 3, 4}) EXPECT_EQ(report(server, Verdict::down, start), std::nullopt);
    EXPECT_EQ(in_table(), 0U);
}

TEST(ReportedWeight, IsAppliedWithinWhatTheFileAllows) {
    auto config = pool(0);
    config.virtual_servers[0].load_monitor = "agent";
    auto situation = everyone_up(config);
    const auto weight_with = [&](int reported) {
        situation.standings.begin()->second = after({}, {.verdict = Verdict::up, .weight = reported}, start);
        return desired_table(config, situation).begin()->second.destinations.begin()->second.weight;
    };
    EXPECT_EQ(weight_with(4), 4);
    EXPECT_EQ(weight_with(0), 0);
    EXPECT_EQ(weight_with(5'000), 10);  // a nanny that lies
    config.virtual_servers[0].weight_max = 40;
    EXPECT_EQ(weight_with(5'000), 40);
    config.virtual_servers[0].weight_max.reset();
    config.virtual_servers[0].load_formula = load::Formula::classic;
    EXPECT_EQ(weight_with(5'000), 100);
}

TEST(ReportedWeight, AWeightThatNobodyAdjustsNeedsNoNewNanny) {
    auto config = pool(0);
    const auto before = monitors(config).front();
    config.virtual_servers[0].servers[0].weight = 7;
    EXPECT_TRUE(same_check(before, monitors(config).front()));
    config.virtual_servers[0].slow_start = seconds(10);
    const auto ramping = monitors(config).front();
    config.virtual_servers[0].servers[0].weight = 8;
    EXPECT_FALSE(same_check(ramping, monitors(config).front()));
}

}  // namespace
}  // namespace pulse::director
