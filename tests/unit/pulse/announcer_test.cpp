#include "announcer.h"

#include <map>
#include <memory>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::daemon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// What went out of each device.
struct Wire {
    std::map<int, int> frames;
    std::set<int> full;  ///< devices that take nothing
};

class FakeSender final : public FrameSender {
  public:
    explicit FakeSender(Wire& wire) : wire_(wire) {}
    [[nodiscard]] std::size_t send(std::span<const kernel::OutgoingFrame> frames,
                                   const std::function<void(std::size_t, const Error&)>&) override {
        if (frames.empty() || wire_.full.contains(frames.front().link_index)) return 0;
        for (const auto& frame : frames) ++wire_.frames[frame.link_index];
        return frames.size();
    }

  private:
    Wire& wire_;
};

struct Router {
    Wire wire;
    Devices devices;
    Announcer announcer{AddressFrames(devices, std::make_unique<FakeSender>(wire))};
    TimePoint now{1h};
    int turns = 0;

    Router() {
        devices.list({{.index = 2, .name = "eth0"}, {.index = 3, .name = "eth1"}}, now);
        announcer.want({{*net::IpAddress::parse("10.0.1.20"), "eth1:1", 32},
                        {*net::IpAddress::parse("10.0.0.10"), "eth0:1", 32}},
                       {}, now);
    }
    void pass(Duration time) {
        const auto end = now + time;
        for (; announcer.due_at() <= end; ++turns) {
            now = std::max(now, announcer.due_at());
            announcer.go_on(now);
        }
        now = end;
    }
};

TEST(Announcer, TellsOfEachAddressOnItsOwnDevice) {
    Router router;
    router.announcer.start(router.now);
    router.pass(1min);
    EXPECT_EQ(router.wire.frames[2], 10);
    EXPECT_EQ(router.wire.frames[3], 10);
    EXPECT_EQ(router.announcer.due_at(), TimePoint::max());
}

// One device that refused every frame held back all announcements for ever.
TEST(Announcer, ADeviceThatTakesNothingHoldsUpNobodyElse) {
    Router router;
    router.wire.full.insert(3);
    router.announcer.start(router.now);
    router.pass(5s);
    EXPECT_EQ(router.wire.frames[2], 10);
    EXPECT_THAT(router.announcer.stuck_devices(), ElementsAre("eth1"));
    const int before = router.turns;
    router.pass(1min);
    EXPECT_LE(router.turns - before, 61) << "it costs next to nothing";
    router.wire.full.clear();
    router.pass(7s);
    EXPECT_EQ(router.wire.frames[3], 10);
    EXPECT_THAT(router.announcer.stuck_devices(), IsEmpty());
}

TEST(Announcer, AShortFullQueueIsNoReasonToWorry) {
    Router router;
    router.wire.full.insert(3);
    router.announcer.start(router.now);
    router.pass(100ms);
    EXPECT_THAT(router.announcer.stuck_devices(), IsEmpty());
    router.wire.full.clear();
    router.pass(200ms);
    EXPECT_EQ(router.wire.frames[3], 2);
}

TEST(Announcer, WhatIsCancelledIsSilent) {
    Router router;
    router.announcer.start(router.now);
    router.pass(500ms);
    router.announcer.cancel();
    router.pass(1min);
    EXPECT_EQ(router.wire.frames[2], 2);
}

TEST(Announcer, AnotherAddressBeginsAnew) {
    Router router;
    router.announcer.start(router.now);
    router.pass(10s);
    router.announcer.want({{*net::IpAddress::parse("10.0.0.10"), "eth0:1", 32},
                           {*net::IpAddress::parse("10.0.0.11"), "eth0:2", 32}},
                          {}, router.now);
    router.pass(10s);
    EXPECT_EQ(router.wire.frames[2], 10 + 20);
}

}  // namespace
}  // namespace pulse::daemon
