#include "reload.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/runtime/sealed_text.h"

#include "awaited.h"
#include "fake_lvsd.h"

namespace pulse::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string before = R"(primary = 10.0.0.1
backup = 10.0.0.2
backup_active = 1
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
)";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, what.size(), with);
}

config_file::File file_of(const std::string& text) {
    auto reading = config::read(text);
    return {.path = "lvs.cf",
            .text = text,
            .config = std::move(reading.config),
            .diagnostics = std::move(reading.diagnostics),
            .cut_off = std::move(reading.cut_off)};
}

/// A router that is all fakes, and notes what is done to it.
class FakeRouter : public Reloadable, public HeartbeatLines {
  public:
    Running now{.config = std::make_shared<config::Config>(file_of(before).config)};
    std::string next = before;  ///< the file
    Result<void> reading;
    Result<void> disk;
    Result<void> binding;
    bool explodes = false;
    std::vector<std::string> done;

    const Running& running() const override { return now; }

    boost::asio::awaitable<Result<Proposal>> read() override {
        if (explodes) throw std::runtime_error("no memory");
        if (!reading) co_return fail(reading.error(), "");
        Proposal proposal{.file = file_of(next)};
        const auto& config = proposal.file.config;
        proposal.drained_then = now.drains;
        proposal.drains = director::renamed(now.drains, *now.config, config);
        proposal.local = {*net::IpAddress::parse("10.0.0.1")};
        proposal.changes = reload_changes(*now.config, config);
        proposal.lvsd_text = *runtime::sealed_text("lvs.cf", "the text");
        if (proposal.drains != now.drains)
            proposal.lvsd_drains = *runtime::sealed_text("drained", "the list");
        co_return std::move(proposal);
    }
    boost::asio::awaitable<Result<void>> remember(director::Drains) override { co_return disk; }

    struct Sockets : Prepared {};
    Result<std::unique_ptr<Prepared>> prepare(const std::vector<failover::Path>& paths) override {
        if (!binding) return fail(binding.error(), "");
        for (const auto& path : paths) bound.push_back(net::Endpoint{path.own, path.port}.to_string());
        return std::make_unique<Sockets>();
    }
    void use(std::unique_ptr<Prepared>, const Speech&) override { done.emplace_back("heartbeats"); }

    void commit(Proposal& proposal) override {
        done.emplace_back("commit");
        now.config = std::make_shared<config::Config>(std::move(proposal.file.config));
    }
    std::vector<std::string> troubles;
    boost::asio::awaitable<std::vector<std::string>> raise_addresses() override {
        done.emplace_back("raise");
        co_return troubles;
    }

    std::vector<std::string> bound;
};

class ReloadTest : public testing::Test {
  protected:
    Result<std::string> run(bool insisted = false) { return awaited(io, reload.run(insisted)); }
    std::string refusal() {
        const auto done = run();
        if (done) return "done: " + *done;
        EXPECT_THAT(router.done, IsEmpty()) << "nothing may have changed";
        EXPECT_THAT(lvsd.given, IsEmpty());
        EXPECT_THAT(done.error().message(), HasSubstr("the configuration stays as it was"));
        return done.error().message();
    }

    boost::asio::io_context io{1};
    FakeRouter router;
    FakeLvsd lvsd;
    Reload reload{router, router, lvsd};
};

TEST_F(ReloadTest, CommitsHereThenInLvsdThenRaises) {
    router.next = replaced(before, "10.0.1.2\n", "10.0.1.3\n");
    EXPECT_EQ(run(), "0 edits, 1 added, 1 removed");
    EXPECT_THAT(router.done, ElementsAre("heartbeats", "commit", "raise"));
    EXPECT_THAT(lvsd.given, ElementsAre(std::pair(Handout::config, std::string("the text"))));
    EXPECT_THAT(router.bound, ElementsAre("10.0.0.1:539"));
}

TEST_F(ReloadTest, AFileThatCannotBeReadOrIsFaultyChangesNothing) {
    router.reading = fail(std::errc::timed_out, "the configuration was not read within 20 s");
    EXPECT_THAT(refusal(), HasSubstr("not read within 20 s"));
    router.reading = {};
    router.next = "nonsense = 1\n";
    EXPECT_THAT(refusal(), HasSubstr("lvs.cf:1:1: error:"));
}

TEST_F(ReloadTest, APortThatCannotBeBoundChangesNothing) {
    router.binding = fail(std::errc::address_in_use, "failed to bind to heartbeat address 10.0.0.1:540");
    EXPECT_THAT(refusal(), HasSubstr("10.0.0.1:540: Address already in use"));
}

TEST_F(ReloadTest, AFullDiskChangesNothingWhenItMatters) {
    router.disk = fail(std::errc::no_space_on_device, "cannot write drained");
    router.now.drains = {{"web", "alpha"}};
    router.next = replaced(before, "server alpha", "server ALPHA");
    EXPECT_THAT(refusal(), HasSubstr("No space left on device"));
    // A list that stays needs no disk.
    router.next = before;
    EXPECT_EQ(run(), "0 edits, 0 added, 0 removed");
}

TEST_F(ReloadTest, ADrainedServerStaysSoUnderItsNewName) {
    router.now.drains = {{"web", "alpha"}};
    router.next = replaced(before, "server alpha", "server ALPHA");
    EXPECT_TRUE(run());
    EXPECT_THAT(lvsd.given, ElementsAre(std::pair(Handout::config, std::string("the text")),
                                        std::pair(Handout::drained, std::string("the list"))));
}

TEST_F(ReloadTest, AnotherIdentityChangesNothing) {
    router.next = replaced(replaced(before, "primary = 10.0.0.1", "primary = 10.0.0.3"), "backup = 10.0.0.2",
                           "backup = 10.0.0.1");
    EXPECT_THAT(refusal(), HasSubstr("another router"));
}

TEST_F(ReloadTest, ThatTakesMostServersAwayNeedsSomebodyWhoInsists) {
    router.next = "primary = 10.0.0.1\nvirtual web {\n active = 1\n address = 10.0.0.10 eth0:1\n}\n";
    EXPECT_THAT(refusal(), HasSubstr("2 of 2 real servers away: web/alpha, web/beta"));
    EXPECT_TRUE(run(true));
}

TEST_F(ReloadTest, AnExceptionLeavesTheNextOnePossible) {
    router.explodes = true;
    EXPECT_THROW((void)run(), std::runtime_error);
    router.explodes = false;
    EXPECT_TRUE(run());
}

TEST_F(ReloadTest, AnLvsdThatDoesNotConfirmIsAnErrorThoughItIsInForceHere) {
    lvsd.answer = LvsdAnswer::silent("lvsd did not answer within 20 s");
    router.next = replaced(before, "10.0.1.2\n", "10.0.1.3\n");
    const auto done = run();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message(),
              "0 edits, 1 added, 1 removed; this is in force in pulse, but lvsd did not answer within 20 s");
    EXPECT_THAT(router.done, ElementsAre("heartbeats", "commit", "raise"));
}

TEST_F(ReloadTest, OnAColdStandbyThereIsNobodyToConfirm) {
    lvsd.answer = LvsdAnswer::not_running();
    EXPECT_TRUE(run());
    EXPECT_EQ(lvsd.given.size(), 1U) << "the next lvsd runs with it";
}

TEST_F(ReloadTest, AnAddressThatCannotBeRaisedMakesItFail) {
    router.troubles = {"10.0.0.12 is not up: there is no device eth9"};
    const auto done = run();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message(),
              "0 edits, 0 added, 0 removed; this is in force in pulse, but 10.0.0.12 is not up: there is no "
              "device eth9");
}

TEST_F(ReloadTest, AFileThatEndsInsideABlockChangesNothing) {
    router.next = before.substr(0, before.find("server beta") + 30);
    EXPECT_THAT(refusal(), HasSubstr("cut off"));
}

}  // namespace
}  // namespace pulse::daemon
