#include "nannies.h"

#include <csignal>
#include <deque>
#include <set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/runtime/async.h"

namespace pulse::lvsd {
namespace {

namespace asio = boost::asio;
using director::Monitor;
using testing::IsEmpty;
using testing::SizeIs;

/// Nannies without processes.
struct Nursery {
    /// What it will say, and whether it was killed.
    struct Life {
        std::deque<Fields> says;
        bool killed = false;
        std::unique_ptr<asio::steady_timer> end;
    };

    class Fake : public NannyProcess {
      public:
        Fake(Nursery& nursery, std::shared_ptr<Life> life) : nursery_(nursery), life_(std::move(life)) {}
        Fake(const Fake&) = delete;
        Fake& operator=(const Fake&) = delete;
        Fake(Fake&&) = delete;
        Fake& operator=(Fake&&) = delete;
        ~Fake() override { --nursery_.alive; }
        [[nodiscard]] pid_t pid() const override { return 1; }
        void kill(int /*signal*/) override {
            life_->killed = true;
            life_->end->cancel();
        }
        asio::awaitable<process::Exit> wait() override {
            if (!life_->killed) co_await life_->end->async_wait(runtime::as_result);
            const process::Exit exit{.signal = 9};
            co_return exit;
        }
        [[nodiscard]] Result<void> send(const Fields& /*message*/) override { return {}; }
        asio::awaitable<bool> has_room() override { co_return true; }
        asio::awaitable<std::optional<Fields>> receive() override {
            std::optional<Fields> next;
            if (life_->says.empty() && !life_->killed) co_await life_->end->async_wait(runtime::as_result);
            if (life_->says.empty() || life_->killed) co_return next;
            next = life_->says.front();
            life_->says.pop_front();
            co_return next;
        }
        void close() override { kill(SIGTERM); }

      private:
        Nursery& nursery_;
        std::shared_ptr<Life> life_;
    };

    explicit Nursery(int room, int descriptors = 1'000'000)
        : nannies(
              io.get_executor(), {.program = "nanny", .room = room},
              [this, descriptors](
                  const process::SpawnRequest& /*request*/) -> Result<std::unique_ptr<NannyProcess>> {
                  if (alive >= descriptors) return fail_errno("socketpair", EMFILE);
                  ++alive;
                  auto life = std::make_shared<Life>();
                  life->says = sayings;
                  life->end = std::make_unique<asio::steady_timer>(io, TimePoint::max());
                  lives.push_back(life);
                  return std::make_unique<Fake>(*this, life);
              },
              [this](const director::MonitorKey& key, const health::Report& /*report*/) {
                  ++reports;
                  heard.insert(key);
              }) {}

    /// Lets the loop turn until it has nothing to do at once.
    void settle() {
        while (io.poll() > 0) continue;
    }

    asio::io_context io{1};
    int alive = 0;
    int reports = 0;
    std::set<director::MonitorKey> heard;
    std::deque<Fields> sayings{Fields().add("verdict", "up").add("reason", "")};
    std::vector<std::shared_ptr<Life>> lives;
    Nannies nannies;
};

std::vector<Monitor> monitors(int count) {
    config::Config config;
    auto& web = config.virtual_servers.emplace_back();
    web.name = "web";
    web.active = true;
    web.address = config::DeviceAddress{net::IpAddress::v4(0x0a00000aU), "eth0"};
    for (int i = 0; i < count; ++i) {
        auto& server = web.servers.emplace_back();
        server.name = "s" + std::to_string(i);
        server.address = net::IpAddress::v4(0x0a000100U + static_cast<std::uint32_t>(i));
        server.active = true;
        server.port = {80};
    }
    return director::monitors(config);
}

TEST(Nannies, SixHundredRealServersAreAllChecked) {
    Nursery nursery(100'000);
    nursery.nannies.want(monitors(600), 1);
    nursery.settle();
    EXPECT_THAT(nursery.heard, SizeIs(600));
    EXPECT_THAT(nursery.nannies.unchecked(), IsEmpty());
}

TEST(Nannies, WhoFindsNoDescriptorIsShownAndTheRestIsChecked) {
    for (const auto& [room, descriptors] : {std::pair(480, 100'000), std::pair(100'000, 480)}) {
        Nursery nursery(room, descriptors);
        nursery.nannies.want(monitors(600), 1);
        nursery.settle();
        EXPECT_THAT(nursery.heard, SizeIs(480));
        EXPECT_THAT(nursery.nannies.unchecked(), SizeIs(120));
        EXPECT_EQ(nursery.nannies.unchecked().begin()->second, "no descriptors");
    }
}

TEST(Nannies, WhoWaitsForADescriptorGetsTheOneOfANannyThatEnds) {
    Nursery nursery(1);
    const auto both = monitors(2);
    nursery.nannies.want(both, 1);
    nursery.settle();
    ASSERT_THAT(nursery.nannies.unchecked(), SizeIs(1));
    nursery.nannies.want({both[1]}, 1);
    while (!nursery.nannies.unchecked().empty()) nursery.io.run_one();
    EXPECT_TRUE(nursery.heard.contains(both[1].key));
}

TEST(Nannies, AFloodOfMessagesEndsTheNannyThatSaysThem) {
    Nursery nursery(100'000);
    for (int i = 0; i < 4'000; ++i)
        nursery.sayings.push_back(Fields().add("verdict", i % 2 == 0 ? "up" : "down").add("reason", ""));
    nursery.nannies.want(monitors(1), 1);
    nursery.settle();
    EXPECT_LT(nursery.reports, 200);
    ASSERT_FALSE(nursery.lives.empty());
    EXPECT_TRUE(nursery.lives.front()->killed);
}

TEST(Nannies, ASharedNannyWithManyChecksMaySayMore) {
    Nursery nursery(100'000);
    nursery.sayings.clear();
    for (int i = 0; i < 1'000; ++i)
        nursery.sayings.push_back(Fields().add("check", std::to_string(i % 100 + 1)).add("verdict", "up"));
    nursery.nannies.want(monitors(100), 100);
    nursery.settle();
    EXPECT_EQ(nursery.reports, 1'000);
    EXPECT_THAT(nursery.heard, SizeIs(100));
    EXPECT_FALSE(nursery.lives.front()->killed);
}

TEST(Nannies, WhoIsNoLongerWantedBeforeItsTurnIsNotStarted) {
    Nursery nursery(100'000);
    nursery.nannies.want(monitors(600), 1);
    nursery.nannies.stop();
    nursery.settle();
    EXPECT_THAT(nursery.lives, IsEmpty());
    EXPECT_TRUE(nursery.nannies.none_left());
}

}  // namespace
}  // namespace pulse::lvsd
