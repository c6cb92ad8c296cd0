#include "packet_marks.h"

#include <mutex>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "pulse/runtime/async.h"

namespace pulse::lvsd {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

/// A packet filter in memory, which is asked from other threads and may refuse.
class FakeFilter {
  public:
    PacketMarks::Kernel functions() {
        return {.replace = [this](const std::string& rules) -> Result<std::string> {
                    const std::lock_guard lock(mutex_);
                    if (refusals_ > 0) return --refusals_, fail_errno("nft", EPERM);
                    return table_ = "shown: " + rules;
                },
                .list = [this]() -> Result<std::string> {
                    const std::lock_guard lock(mutex_);
                    return table_;
                },
                .remove = [this]() -> Result<void> {
                    const std::lock_guard lock(mutex_);
                    table_.clear();
                    return {};
                }};
    }
    void refuse(int times) {
        const std::lock_guard lock(mutex_);
        refusals_ = times;
    }
    std::string table() {
        const std::lock_guard lock(mutex_);
        return table_;
    }
    void set(std::string table) {
        const std::lock_guard lock(mutex_);
        table_ = std::move(table);
    }

  private:
    std::mutex mutex_;
    std::string table_;
    int refusals_ = 0;
};

config::Config marking(std::uint16_t port) {
    config::Config config;
    auto& web = config.virtual_servers.emplace_back();
    web.active = true;
    web.address = config::DeviceAddress{*net::IpAddress::parse("10.0.0.10"), "eth0"};
    web.fwmark = net::FirewallMark{7};
    web.mark_ports = {{{port}, {port}, {}}};
    return config;
}

class PacketMarksTest : public testing::Test {
  protected:
    void begin() { runtime::spawn_logged(io, "marks", marks.run()); }

    template <class Condition>
    void until(Condition reached) {
        const auto deadline = Clock::now() + std::chrono::seconds(30);
        while (!reached() && Clock::now() < deadline) io.run_one_for(milliseconds(100));
        EXPECT_TRUE(reached());
    }
    bool marked(const std::string& port) {
        return filter.table().find("dport { " + port + " }") != std::string::npos;
    }

    asio::io_context io{1};
    FakeFilter filter;
    int settled = 0;
    PacketMarks marks{io.get_executor(), filter.functions(), milliseconds(1), [this] { ++settled; }};
};

TEST_F(PacketMarksTest, RulesComeChangeAndGo) {
    marks.want(marking(80));
    EXPECT_FALSE(marks.settled());
    begin();
    until([&] { return marks.settled(); });
    EXPECT_TRUE(marked("80"));
    EXPECT_EQ(settled, 1);
    marks.want(marking(443));
    until([&] { return marked("443"); });
    marks.want({});
    until([&] { return !marks.in_kernel(); });
    EXPECT_EQ(filter.table(), "");
}

TEST_F(PacketMarksTest, WhatAStrangerTakesOutIsPutBack) {
    marks.want(marking(80));
    begin();
    until([&] { return marks.settled(); });
    filter.set("");
    until([&] { return marked("80"); });
}

TEST_F(PacketMarksTest, WhatIsRefusedIsTriedAgainAndReadinessDoesNotWaitForIt) {
    filter.refuse(3);
    marks.want(marking(80));
    begin();
    until([&] { return marks.settled(); });
    until([&] { return marked("80"); });
}

TEST_F(PacketMarksTest, WhatAnEarlierLifeHasLeftGoesAndOtherwiseNobodyIsAsked) {
    filter.set("left over");
    marks.want({}, true);
    begin();
    until([&] { return !marks.in_kernel(); });
    EXPECT_EQ(filter.table(), "");
    filter.set("somebody's");
    marks.want({});
    io.run_one_for(milliseconds(20));
    EXPECT_EQ(filter.table(), "somebody's");
}

TEST_F(PacketMarksTest, AtTheEndTheyAreTakenOut) {
    marks.want(marking(80));
    begin();
    until([&] { return marks.settled(); });
    marks.remove();
    io.run();
    EXPECT_FALSE(marks.in_kernel());
    EXPECT_EQ(filter.table(), "");
}

}  // namespace
}  // namespace pulse::lvsd
