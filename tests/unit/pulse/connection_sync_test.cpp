#include "connection_sync.h"

#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::daemon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Notes, in order, what reaches the kernel and the disk; both are asked in threads.
class ConnectionSyncTest : public testing::Test {
  protected:
    void note(std::string what) {
        const std::lock_guard lock(mutex);
        done.push_back(std::move(what));
    }
    std::unique_ptr<ConnectionSync> begin(const std::string& recorded) {
        auto sync = std::make_unique<ConnectionSync>(io, store, recorded, [this](const auto& wish) {
            note("kernel: " + failover::to_text(wish.wanted) + "was: " + failover::to_text(wish.started));
            ConnectionSync::Outcome outcome;
            outcome.problem = problem;
            return outcome;
        });
        sync->start();
        return sync;
    }
    template <class Done>
    void run_until(Done is_done) {
        while (!is_done()) io.run_one();
    }

    boost::asio::io_context io{1};
    std::mutex mutex;
    std::vector<std::string> done;
    std::string problem;
    runtime::StateStore store{
        "/nowhere", std::chrono::seconds(30),
        [this](const std::string&, const std::string& name, const std::string& content) {
            note(name + ": " + content);
            return Result<void>();
        }};
    const ipvs::SyncDaemon master{.role = ipvs::SyncRole::master, .interface = "eth1", .id = 7};
};

TEST_F(ConnectionSyncTest, IsRecordedBeforeItRuns) {
    const auto sync = begin("");
    sync->want({master});
    EXPECT_FALSE(sync->idle());
    run_until([&] { return sync->idle(); });
    EXPECT_THAT(done, ElementsAre("sync: master eth1 7\n", "kernel: master eth1 7\nwas: master eth1 7\n"));
}

TEST_F(ConnectionSyncTest, WhatAFormerPulseStartedIsStoppedAndForgotten) {
    const auto sync = begin("master eth1 7\n");
    run_until([&] { return done.size() == 2 && sync->idle(); });
    EXPECT_THAT(done, ElementsAre("kernel: was: master eth1 7\n", "sync: "));
}

TEST_F(ConnectionSyncTest, WithoutAWishAForeignDaemonIsNotEvenLookedAt) {
    const auto sync = begin("");
    io.poll();
    EXPECT_THAT(done, IsEmpty());
    EXPECT_EQ(sync->problem(), "");
}

TEST_F(ConnectionSyncTest, WhatFailsIsToldAndTriedAgain) {
    problem = "master on eth0.100, id 5: No such device";
    const auto sync = begin("");
    sync->want({master});
    run_until([&] { return sync->idle(); });
    EXPECT_EQ(sync->problem(), problem);
    problem.clear();
    run_until([&] { return sync->problem().empty(); });
    EXPECT_EQ(done.size(), 3U);
}

}  // namespace
}  // namespace pulse::daemon
