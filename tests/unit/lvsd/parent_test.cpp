#include "parent.h"

#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/runtime/async.h"
#include "pulse/runtime/sealed_text.h"

namespace pulse::lvsd {
namespace {

using testing::ElementsAre;

/// Notes what it is told.
class FakeLvsd : public Obedient {
  public:
    std::vector<std::string> told;
    std::function<void()> on_stop = [] {};

    void use(config::Config config) override {
        told.push_back("config with deadtime " + std::to_string(config.deadtime.count()));
    }
    void use(director::Drains drains) override { told.push_back("drained " + std::to_string(drains.size())); }
    Result<std::string> forgive(const std::string& servers) override { return "forgiven: " + servers; }
    boost::asio::awaitable<Fields> servers(std::size_t from) override {
        co_return Fields().add("server", std::to_string(from));
    }
    void stop(bool leave_table) override {
        told.emplace_back(leave_table ? "stop, leave" : "stop");
        on_stop();
    }
    void abandoned() override { told.emplace_back("abandoned"); }
};

class ParentTest : public testing::Test {
  protected:
    void SetUp() override {
        auto ends = process::make_channel_pair();
        ASSERT_TRUE(ends);
        pulse.emplace(io.get_executor(), std::move(ends->first));
        parent.emplace(io, std::move(ends->second), lvsd);
        lvsd.on_stop = [this] { parent->go_deaf(); };
    }

    /// A message with a sealed text.
    void hand(const std::string& kind, const std::string& id, const std::string& text) {
        const auto sealed = runtime::sealed_text(kind, text);
        ASSERT_TRUE(sealed);
        ASSERT_TRUE(pulse->send(Fields().add(kind, id), sealed->get()));
    }
    void say(const std::string& key, const std::string& value) {
        ASSERT_TRUE(pulse->send(Fields().add(key, value)));
    }
    Fields answer() {
        std::optional<Fields> got;
        boost::asio::co_spawn(io, pulse->receive(), [&](const std::exception_ptr&, auto message) {
            got = message.value_or(Fields().add("channel", "closed"));
        });
        io.restart();
        while (!got) io.run_one();
        return *got;
    }

    boost::asio::io_context io{1};
    FakeLvsd lvsd;
    std::optional<process::Channel> pulse;
    std::optional<Parent> parent;
};

TEST_F(ParentTest, UsesWhatItIsHandedAndSaysWhichThatIs) {
    parent->start();
    hand("config", "7", "deadtime = 300ms\n");
    hand("drained", "8", "web\talpha\n");
    say("alive", "9");
    EXPECT_EQ(answer(), Fields().add("answer", "7").add("text", ""));
    EXPECT_EQ(answer(), Fields().add("answer", "8").add("text", ""));
    EXPECT_EQ(answer(), Fields().add("answer", "9").add("config", "7").add("drained", "8"));
    EXPECT_THAT(lvsd.told, ElementsAre("config with deadtime 300", "drained 1"));
}

TEST_F(ParentTest, WhatDoesNotArriveKeepsWhatWas) {
    parent->start();
    say("drained", "7");  // as the kernel delivers it to one that has no descriptor left
    say("config", "8");
    hand("config", "9", "nonsense = 1\n");
    say("alive", "10");
    EXPECT_TRUE(answer().find("error"));
    EXPECT_TRUE(answer().find("error"));
    EXPECT_THAT(std::string(*answer().find("error")), testing::HasSubstr("nonsense"));
    EXPECT_EQ(answer(), Fields().add("answer", "10").add("config", "1").add("drained", "2"));
    EXPECT_TRUE(lvsd.told.empty());
}

TEST_F(ParentTest, AfterStopNothingIsObeyed) {
    parent->start();
    ASSERT_TRUE(pulse->send(Fields().add("stop", "1").add("leave_table", "1")));
    hand("drained", "2", "web\talpha\n");
    say("forgive", "3");
    pulse.reset();
    io.run();
    EXPECT_THAT(lvsd.told, ElementsAre("stop, leave"));
}

TEST_F(ParentTest, ASignalInBetweenEndsObedienceToo) {
    parent->start();
    hand("drained", "1", "web\talpha\n");
    parent->go_deaf();
    io.poll();
    EXPECT_TRUE(lvsd.told.empty());
}

TEST_F(ParentTest, WhatWasSaidBeforeTheStopIsDoneBeforeIt) {
    parent->start();
    hand("config", "1", "deadtime = 2\n");
    say("stop", "2");
    io.run();
    EXPECT_THAT(lvsd.told, ElementsAre("config with deadtime 2000", "stop"));
}

TEST_F(ParentTest, AnswersQuestions) {
    parent->start();
    say("servers", "1");
    ASSERT_TRUE(pulse->send(Fields().add("forgive", "2").add("of", "web/*")));
    const auto one = answer();
    const auto other = answer();
    const auto& page = one.find("server") ? one : other;
    const auto& forgiven = one.find("server") ? other : one;
    EXPECT_EQ(page, Fields().add("server", "0").add("answer", "1"));
    EXPECT_EQ(forgiven, Fields().add("answer", "2").add("text", "forgiven: web/*"));
}

TEST_F(ParentTest, ADeadPulseIsNoticed) {
    parent->start();
    pulse.reset();
    io.run();
    EXPECT_THAT(lvsd.told, ElementsAre("abandoned"));
}

TEST(FirstOrders, AreTheConfigurationAndWhoIsDrained) {
    boost::asio::io_context io;
    auto ends = process::make_channel_pair();
    ASSERT_TRUE(ends);
    process::Channel pulse(io.get_executor(), std::move(ends->first));
    const auto config = runtime::sealed_text("lvs.cf", "deadtime = 300ms\n");
    const auto drained = runtime::sealed_text("drained", "web\talpha\n");
    ASSERT_TRUE(pulse.send(Fields().add("config", "1"), config->get()));
    ASSERT_TRUE(pulse.send(Fields().add("drained", "2"), drained->get()));
    const auto orders = first_orders(ends->second.get());
    ASSERT_TRUE(orders) << orders.error().message();
    EXPECT_EQ(orders->config.deadtime, std::chrono::milliseconds(300));
    EXPECT_EQ(orders->drains, (director::Drains{{"web", "alpha"}}));
    pulse.close();
    EXPECT_FALSE(first_orders(ends->second.get()));
}

}  // namespace
}  // namespace pulse::lvsd
