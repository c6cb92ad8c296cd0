#include <algorithm>
#include <deque>
#include <random>

#include <gtest/gtest.h>

#include "router.h"

namespace pulse::failover {
namespace {

using heartbeat::Word;

/// Two routers on a link that delays, loses and can be cut, with one clock.
class Pair {
  public:
    Pair() { primary.now = backup.now = TimePoint(1h); }

    void start() {
        primary.start();
        collect(primary);
        backup.start();
        collect(backup);
    }

    void run(Duration duration) {
        const auto end = primary.now + duration;
        while (primary.now < end) tick();
    }

    void kill(Router& router) {
        dead = &router;
        flying_.clear();
    }

    [[nodiscard]] bool one_active() const {
        return (primary.state.role == Role::active) != (backup.state.role == Role::active);
    }

    Router primary{Identity::primary};
    Router backup{Identity::backup};
    bool cut = false;
    unsigned loss_percent = 0;
    std::mt19937 random{1};
    const Router* dead = nullptr;

  private:
    struct Flying {
        TimePoint arrives;
        bool to_primary;
        Word word;
    };

    static constexpr Duration step_length = 10ms;

    void tick() {
        for (auto* router : {&primary, &backup}) {
            router->now += step_length;
            if (router == dead) continue;
            if (router->wake_at <= router->now) {
                router->feed(Woken{});
                collect(*router);
            }
        }
        while (!flying_.empty() && flying_.front().arrives <= primary.now) {
            const auto arrived = flying_.front();
            flying_.pop_front();
            auto& to = arrived.to_primary ? primary : backup;
            if (&to == dead) continue;
            to.hear(arrived.word);
            collect(to);
        }
        for (auto* router : {&primary, &backup})
            if (router != dead && router->state.ready_by) {
                router->feed(LvsdReady{});
                collect(*router);
            }
    }

    void collect(const Router& from) {
        for (const auto word : from.sent())
            if (!cut && random() % 100 >= loss_percent)
                flying_.push_back({from.now + step_length, &from == &backup, word});
    }

    std::deque<Flying> flying_;
};

TEST(TwoRouters, BootedTogetherThePrimaryBecomesActive) {
    Pair pair;
    pair.start();
    pair.run(10s);
    EXPECT_EQ(pair.primary.state.role, Role::active);
    EXPECT_EQ(pair.backup.state.role, Role::standby);
}

TEST(TwoRouters, TheSurvivorTakesOverWithinDeadtimeAndATick) {
    Pair pair;
    pair.start();
    pair.run(20s);
    pair.kill(pair.primary);
    pair.run(pair.backup.settings.deadtime + 20ms);
    EXPECT_EQ(pair.backup.state.role, Role::active);
}

TEST(TwoRouters, AReturningPrimaryStaysStandby) {
    Pair pair;
    pair.start();
    pair.run(20s);
    pair.kill(pair.primary);
    pair.run(20s);
    pair.dead = nullptr;
    pair.primary.state = {};
    pair.primary.start();
    pair.run(20s);
    EXPECT_EQ(pair.primary.state.role, Role::standby);
    EXPECT_EQ(pair.backup.state.role, Role::active);
}

TEST(TwoRouters, APartitionHealsToThePrimary) {
    Pair pair;
    pair.start();
    pair.run(20s);
    pair.cut = true;
    pair.run(20s);
    EXPECT_EQ(pair.primary.state.role, Role::active);
    EXPECT_EQ(pair.backup.state.role, Role::active);
    pair.cut = false;
    pair.run(5s);
    EXPECT_EQ(pair.primary.state.role, Role::active);
    EXPECT_EQ(pair.backup.state.role, Role::standby);
}

TEST(TwoRouters, AfterAnyHistoryOfLossAndCutsExactlyOneIsActive) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        Pair pair;
        pair.random.seed(seed);
        pair.start();
        for (int phase = 0; phase < 6; ++phase) {
            pair.cut = pair.random() % 3 == 0;
            pair.loss_percent = static_cast<unsigned>(pair.random() % 80);
            pair.run(std::chrono::milliseconds(pair.random() % 15'000));
        }
        pair.cut = false;
        pair.loss_percent = 0;
        pair.run(15s);
        ASSERT_TRUE(pair.one_active()) << "seed " << seed;
    }
}

}  // namespace
}  // namespace pulse::failover
