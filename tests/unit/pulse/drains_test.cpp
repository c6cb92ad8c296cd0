#include "drains.h"

#include <gtest/gtest.h>

#include "pulse/config/read.h"

#include "awaited.h"
#include "fake_lvsd.h"

namespace pulse::daemon {
namespace {

class DrainListTest : public testing::Test {
  protected:
    Result<std::string> drain(const std::string& servers, bool on = true) {
        return awaited(io, list.change(drains, config, servers, on));
    }

    boost::asio::io_context io{1};
    config::Config config = config::read(R"(
virtual web {
 active = 1
 address = 10.0.0.10 eth0:1
 server alpha {
  address = 10.0.1.1
  active = 1
 }
 server beta {
  address = 10.0.1.2
  active = 1
 }
}
)")
                                .config;
    Result<void> disk;
    runtime::StateStore store{
        "/nowhere", std::chrono::seconds(30),
        [this](const std::string&, const std::string&, const std::string&) { return disk; }};
    FakeLvsd lvsd;
    DrainList list{store, lvsd};
    director::Drains drains;
};

TEST_F(DrainListTest, IsDoneWhenLvsdSaysSo) {
    EXPECT_EQ(drain("web/alpha"), "drained: web/alpha");
    ASSERT_EQ(lvsd.given.size(), 1U);
    EXPECT_EQ(lvsd.given[0], std::pair(Handout::drained, std::string("web\talpha\n")));
    EXPECT_EQ(drain("web/alpha"), "drained already");
    EXPECT_EQ(drain("web/*", false), "no longer drained: web/alpha");
    EXPECT_TRUE(drains.empty());
}

TEST_F(DrainListTest, WhereLvsdDoesNotRunItIsRememberedAndSaysSo) {
    lvsd.answer = LvsdAnswer::not_running();
    EXPECT_EQ(drain("web/alpha"),
              "drained: web/alpha\nlvsd does not run here: this is remembered for when it does");
    EXPECT_EQ(listed(drains), "web/alpha");
}

TEST_F(DrainListTest, AnLvsdThatIsSilentOrSaysNoIsAnError) {
    lvsd.answer = LvsdAnswer::silent("lvsd did not answer within 20 s");
    const auto silent = drain("web/alpha");
    ASSERT_FALSE(silent);
    EXPECT_EQ(silent.error().message(),
              "lvsd did not answer within 20 s; this is remembered, and done when lvsd answers: drained: "
              "web/alpha");
    lvsd.answer = LvsdAnswer::of(Fields().add("error", "no room"));
    const auto refused = drain("web/beta");
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message().starts_with("lvsd said no: no room")) << refused.error().message();
}

TEST_F(DrainListTest, WhatCannotBeRememberedIsNotDone) {
    disk = fail(std::errc::no_space_on_device, "cannot write drained");
    EXPECT_FALSE(drain("web/alpha"));
    EXPECT_TRUE(drains.empty());
    EXPECT_TRUE(lvsd.given.empty());
    disk = {};
    EXPECT_TRUE(drain("web/alpha")) << "and the next attempt is not in anybody's way";
}

}  // namespace
}  // namespace pulse::daemon
