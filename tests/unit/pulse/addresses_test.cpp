#include "addresses.h"

#include <cerrno>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_kernel.h"

namespace pulse::daemon {
namespace {

using namespace std::chrono_literals;
using failover::FloatingAddress;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

FloatingAddress floating(const char* address, const char* label, int prefix_length = 32) {
    return {.address = *net::IpAddress::parse(address), .label = label, .prefix_length = prefix_length};
}

/// The addresses of a router, its kernel and a clock.
struct Host {
    FakeKernel kernel;
    std::vector<FloatingAddress> wanted{floating("10.0.0.10", "eth0:1")};
    failover::AddressRecord record;
    TimePoint now{1h};
    int repairs = 0;
    std::vector<std::string> said;
    std::unique_ptr<Addresses> addresses;

    Host() { kernel.add("eth0", "10.0.0.1", 24); }

    Addresses& start() {
        addresses = std::make_unique<Addresses>(
            std::make_unique<FakeAddressKernel>(kernel), record, [this](const auto& outcome) {
                repairs += outcome.repaired ? 1 : 0;
                for (const auto& trouble : outcome.appeared) said.push_back(failover::to_text(trouble));
                for (const auto& trouble : outcome.ended)
                    said.push_back(trouble.address.to_string() + " is well");
                if (outcome.record_changed) record = addresses->record();
            });
        addresses->want(wanted, now);
        return *addresses;
    }

    /// pulse dies and is started again.
    Addresses& again() { return start(); }

    /// Time passes, and what is due is done.
    void pass(Duration time) {
        const auto end = now + time;
        for (int turns = 0; addresses->due_at() <= end; ++turns) {
            ASSERT_LT(turns, 1000) << "it spins";
            now = std::max(now, addresses->due_at());
            addresses->go_on(now);
        }
        now = end;
    }

    /// The kernel tells of what a stranger has removed.
    void stranger_removes(const char* address) {
        kernel.remove(address);
        kernel::RouteChanges changes;
        changes.removed.push_back({.link_index = 2, .address = *net::IpAddress::parse(address)});
        addresses->see(changes, now);
    }
    void stranger_adds(const char* device, const char* address, int prefix_length,
                       const std::string& label = {}) {
        kernel.add(device, address, prefix_length, label);
        kernel::RouteChanges changes;
        changes.added.push_back(kernel.present.back());
        addresses->see(changes, now);
    }
    [[nodiscard]] std::vector<std::string> up() const {
        std::vector<std::string> all;
        for (const auto& address : addresses->up()) all.push_back(address.address.to_string());
        return all;
    }
};

TEST(Addresses, AreUpWhenRaiseReturnsAndDownWhenDropReturns) {
    Host host;
    auto& addresses = host.start();
    addresses.raise(host.now);
    EXPECT_THAT(host.up(), ElementsAre("10.0.0.10"));
    EXPECT_THAT(host.kernel.shown(), ElementsAre("eth0 10.0.0.1/24 eth0", "eth0 10.0.0.10/32 eth0:1"));
    EXPECT_EQ(host.record.size(), 1U);
    addresses.drop(host.now);
    EXPECT_THAT(host.up(), IsEmpty());
    EXPECT_THAT(host.kernel.shown(), ElementsAre("eth0 10.0.0.1/24 eth0"));
    EXPECT_THAT(host.record, IsEmpty());
    EXPECT_THAT(host.said, IsEmpty());
}

TEST(Addresses, BeforeTheRoleIsKnownWhatADeadPulseLeftIsLeftServing) {
    Host host;
    host.start().raise(host.now);
    host.again();
    host.pass(1min);
    EXPECT_TRUE(host.kernel.has("10.0.0.10"));
}

TEST(Addresses, AThousandComeUpInSlices) {
    Host host;
    host.wanted.clear();
    for (int i = 0; i < 1000; ++i)
        host.wanted.push_back(
            floating(("10.9." + std::to_string(i / 250) + "." + std::to_string(i % 250)).c_str(), "eth0:1"));
    auto& addresses = host.start();
    addresses.raise(host.now);
    EXPECT_FALSE(addresses.settled());
    EXPECT_LE(host.kernel.changes_made, 64);
    EXPECT_THAT(host.up(), IsEmpty()) << "not all of them are confirmed yet";
    host.pass(Duration{0});
    EXPECT_TRUE(addresses.settled());
    EXPECT_EQ(host.up().size(), 1000U);
    EXPECT_EQ(host.kernel.changes_made, 1000);
}

// Of an interrupted dump nobody heard again: nothing was raised, and "floating addresses are up" was said.
TEST(Addresses, AnInterruptedListingIsReadAgainAtOnce) {
    Host host;
    auto& addresses = host.start();
    host.kernel.interrupted_dumps = 2;
    addresses.raise(host.now);
    host.pass(Duration{0});
    EXPECT_TRUE(host.kernel.has("10.0.0.10"));
    EXPECT_THAT(host.said, IsEmpty());
}

TEST(Addresses, AListingThatStaysInterruptedIsReadLaterAndNothingIsClaimedMeanwhile) {
    Host host;
    auto& addresses = host.start();
    host.kernel.interrupted_dumps = 7;
    addresses.raise(host.now);
    host.pass(Duration{0});
    EXPECT_TRUE(addresses.settled());
    EXPECT_THAT(host.up(), IsEmpty());
    EXPECT_THAT(host.said,
                ElementsAre(HasSubstr("10.0.0.10 is not up: this host's addresses cannot be read")));
    host.pass(5s);
    EXPECT_THAT(host.up(), ElementsAre("10.0.0.10"));
    EXPECT_THAT(host.said, testing::Contains("10.0.0.10 is well"));
}

// "stopped" was sent, and the addresses stayed: both routers had them.
TEST(Addresses, MustBeDownIsRepairedLikeMustBeUp) {
    Host host;
    auto& addresses = host.start();
    addresses.raise(host.now);
    host.kernel.interrupted_dumps = 2;
    addresses.drop(host.now);
    EXPECT_FALSE(host.kernel.has("10.0.0.10")) << "it is read again at once";

    addresses.raise(host.now);
    host.kernel.interrupted_dumps = 7;
    addresses.drop(host.now);
    EXPECT_TRUE(host.kernel.has("10.0.0.10"));
    EXPECT_THAT(host.said, ElementsAre(HasSubstr("10.0.0.10 is up, though this router has not the role")));
    host.pass(5s);
    EXPECT_FALSE(host.kernel.has("10.0.0.10"));
    EXPECT_THAT(addresses.troubles(), IsEmpty());
}

TEST(Addresses, ARemovalThatIsRefusedOrNotAnsweredIsTriedUntilItSucceeds) {
    Host host;
    auto& addresses = host.start();
    addresses.raise(host.now);
    host.kernel.refuses[*net::IpAddress::parse("10.0.0.10")] = ENOBUFS;
    addresses.drop(host.now);
    EXPECT_THAT(host.up(), ElementsAre("10.0.0.10"));
    ASSERT_EQ(addresses.troubles().size(), 1U);
    EXPECT_FALSE(addresses.troubles().front().must_be_up);
    host.pass(20s);
    host.kernel.refuses.clear();
    host.kernel.conversation_breaks = true;
    host.pass(20s);
    EXPECT_TRUE(host.kernel.has("10.0.0.10"));
    EXPECT_EQ(addresses.troubles().size(), 1U);
    host.kernel.conversation_breaks = false;
    host.pass(20s);
    EXPECT_FALSE(host.kernel.has("10.0.0.10"));
    EXPECT_THAT(host.up(), IsEmpty());
    EXPECT_THAT(addresses.troubles(), IsEmpty());
}

TEST(Addresses, WhatIsRefusedIsNotUpIsSaidOnceAndTriedAgain) {
    struct Case {
        FloatingAddress address;
        int error;
        const char* reason;
    };
    for (const auto& [address, error, reason] :
         {Case{floating("fd00::a", "eth0", 64), EACCES, "fd00::a is not up: IPv6 is off on eth0"},
          Case{floating("10.0.0.12", "eth0:2"), EINVAL, "10.0.0.12 is not up: Invalid argument"},
          Case{floating("10.0.0.12", "eth9:2"), 0, "10.0.0.12 is not up: there is no device eth9"}}) {
        Host host;
        host.wanted.push_back(address);
        if (error != 0) host.kernel.refuses[address.address] = error;
        auto& addresses = host.start();
        addresses.raise(host.now);
        host.pass(1min);
        EXPECT_THAT(host.up(), ElementsAre("10.0.0.10"));
        EXPECT_THAT(host.said, ElementsAre(reason));
        EXPECT_EQ(addresses.troubles().size(), 1U);
        // The kernel tells nobody when the reason goes away.
        host.kernel.refuses.clear();
        host.kernel.links.push_back({.index = 9, .name = "eth9"});
        host.pass(30s);
        EXPECT_EQ(host.up().size(), 2U);
        EXPECT_THAT(addresses.troubles(), IsEmpty());
        EXPECT_EQ(host.repairs, 0) << "nobody has taken it away";
    }
}

TEST(Addresses, AtTheStopNothingIsSaidOfWhatNeverCameUp) {
    Host host;
    host.wanted = {floating("10.0.0.12", "eth9:2")};
    auto& addresses = host.start();
    addresses.raise(host.now);
    host.said.clear();
    addresses.drop(host.now);
    EXPECT_THAT(host.said, IsEmpty());
    EXPECT_THAT(addresses.troubles(), IsEmpty());
}

TEST(Addresses, ADeviceThatAppearsGetsItsAddressAtOnce) {
    Host host;
    host.wanted.push_back(floating("10.0.0.12", "eth9:2"));
    auto& addresses = host.start();
    addresses.raise(host.now);
    host.pass(1s);
    host.kernel.links.push_back({.index = 9, .name = "eth9", .up = true});
    kernel::RouteChanges changes;
    changes.links.push_back(host.kernel.links.back());
    addresses.see(changes, host.now);
    host.pass(300ms);
    EXPECT_EQ(host.up().size(), 2U);
}

TEST(Addresses, ALabelTheKernelIsTooShortForIsLeftOut) {
    Host host;
    host.kernel.links.push_back({.index = 9, .name = "enp129s0f1np1"});
    host.wanted = {floating("10.0.0.10", "enp129s0f1np1:12")};
    host.start().raise(host.now);
    EXPECT_THAT(host.kernel.shown(), testing::Contains("enp129s0f1np1 10.0.0.10/32 enp129s0f1np1"));
    host.addresses->drop(host.now);
    EXPECT_FALSE(host.kernel.has("10.0.0.10"));
}

TEST(Addresses, WhatAStrangerRemovesComesBackAndAgainLaterAndLater) {
    Host host;
    host.start().raise(host.now);
    host.pass(20s);
    std::vector<Duration> away;
    for (int i = 0; i < 9; ++i) {
        host.stranger_removes("10.0.0.10");
        const auto since = host.now;
        while (!host.kernel.has("10.0.0.10") && host.now < since + 30s) host.pass(10ms);
        away.push_back(host.now - since);
    }
    EXPECT_LE(away[0], 50ms);
    EXPECT_LE(away[1], 200ms);
    EXPECT_GT(away[2], 200ms);
    EXPECT_GT(away[8], 5s);
    EXPECT_LE(away[8], 10s);
    EXPECT_EQ(host.repairs, 9);
}

// In the first ten seconds of a machine's life there was no pause at all.
TEST(Addresses, KeepTheirDistanceWhenTheMachineHasJustStarted) {
    Host host;
    host.now = TimePoint{5s};
    host.start().raise(host.now);
    host.pass(1s);
    int back = 0;
    for (int i = 0; i < 10; ++i) {
        host.stranger_removes("10.0.0.10");
        host.pass(1ms);
        back += host.kernel.has("10.0.0.10") ? 1 : 0;
    }
    EXPECT_LE(back, 1);
}

// What happened while many were being raised was lost.
TEST(Addresses, NewsDuringARaiseIsNotLost) {
    Host host;
    for (int i = 0; i < 200; ++i)
        host.wanted.push_back(floating(("10.9.0." + std::to_string(i)).c_str(), "eth0:2"));
    auto& addresses = host.start();
    addresses.raise(host.now);
    ASSERT_FALSE(addresses.settled());
    host.stranger_removes("10.0.0.10");
    host.pass(500ms);
    EXPECT_TRUE(host.kernel.has("10.0.0.10"));
}

TEST(Addresses, ALabelOrMaskChangesSilentlyAndTheAddressIsNeverAway) {
    for (const auto& next : {floating("10.0.0.10", "eth0:7", 24), floating("10.0.0.10", "eth0:1", 32),
                             floating("10.0.0.10", "eth0:7", 32), floating("10.0.0.10", "eth1:1", 24)}) {
        Host host;
        host.wanted = {floating("10.0.0.10", "eth0:1", 24), floating("10.0.0.11", "eth0:2", 24)};
        auto& addresses = host.start();
        addresses.raise(host.now);
        addresses.want({next, host.wanted[1]}, host.now);
        host.pass(5s);
        EXPECT_THAT(host.up(), ElementsAre("10.0.0.10", "10.0.0.11"));
        EXPECT_EQ(host.kernel.present.size(), 3U);
        EXPECT_THAT(host.kernel.seen_away, IsEmpty());
        EXPECT_EQ(host.repairs, 0);
        EXPECT_THAT(host.said, IsEmpty());
        addresses.drop(host.now);
        EXPECT_THAT(host.kernel.shown(), ElementsAre("eth0 10.0.0.1/24 eth0"));
    }
}

TEST(Addresses, AReloadTakesDownWhatIsGoneAtOnceAndNewOnesWaitForTheTable) {
    Host host;
    auto& addresses = host.start();
    addresses.raise(host.now);
    addresses.want({floating("10.0.0.20", "eth0:2")}, host.now);
    EXPECT_FALSE(host.kernel.has("10.0.0.10"));
    host.pass(1min);
    EXPECT_FALSE(host.kernel.has("10.0.0.20"));
    addresses.raise(host.now);
    EXPECT_TRUE(host.kernel.has("10.0.0.20"));
    EXPECT_EQ(host.repairs, 0);
}

// The original's and ours until now: an address equal to a static one was relabelled, and removed at the
// stop.
TEST(Addresses, AStaticAddressOfTheSameValueIsLeftAsItWas) {
    for (const int prefix_length : {24, 32}) {
        Host host;
        host.wanted = {floating("10.0.0.1", "eth0:1", prefix_length)};
        auto& addresses = host.start();
        addresses.raise(host.now);
        EXPECT_THAT(host.up(), ElementsAre("10.0.0.1")) << "it counts";
        host.pass(1min);
        addresses.drop(host.now);
        host.pass(1min);
        EXPECT_THAT(host.kernel.shown(), ElementsAre("eth0 10.0.0.1/24 eth0"));
        EXPECT_THAT(host.said, ElementsAre(HasSubstr("where pulse did not put it")));
    }
}

TEST(Addresses, OneThatComesBeforeTheHostsOwnStepsBehindItAndNeverTakesItAlong) {
    for (const bool keeps_protocols : {true, false}) {
        Host host;
        host.kernel.present.clear();
        host.kernel.keeps_protocols = keeps_protocols;
        host.wanted = {floating("10.0.0.10", "eth0:1", 24), floating("10.0.0.20", "eth0:2", 24)};
        auto& addresses = host.start();
        addresses.raise(host.now);
        EXPECT_THAT(host.kernel.shown(),
                    ElementsAre("eth0 10.0.0.10/24 eth0:1", "+eth0 10.0.0.20/24 eth0:2"));
        host.stranger_adds("eth0", "10.0.0.1", 24);
        host.pass(1s);
        EXPECT_THAT(host.kernel.shown(),
                    testing::UnorderedElementsAre("eth0 10.0.0.1/24 eth0", "+eth0 10.0.0.10/24 eth0:1",
                                                  "+eth0 10.0.0.20/24 eth0:2"));
        EXPECT_THAT(host.kernel.seen_away, IsEmpty());
        addresses.drop(host.now);
        EXPECT_THAT(host.kernel.shown(), ElementsAre("eth0 10.0.0.1/24 eth0"));
    }
}

TEST(Addresses, AStopSparesAHostsAddressThatCameAMomentAgo) {
    Host host;
    host.kernel.present.clear();
    host.wanted = {floating("10.0.0.10", "eth0:1", 24)};
    auto& addresses = host.start();
    addresses.raise(host.now);
    host.kernel.add("eth0", "10.0.0.1", 24);
    addresses.drop(host.now);
    EXPECT_THAT(host.kernel.shown(), ElementsAre("eth0 10.0.0.1/24 eth0"));
}

// What was edited out of lvs.cf while pulse was dead stayed for good.
TEST(Addresses, WhatADeadPulseAddedAndLvsCfNoLongerHasIsRemoved) {
    for (const bool keeps_protocols : {true, false})
        for (const char* second : {"10.0.0.20", "fd00::20"}) {
            Host host;
            host.kernel.keeps_protocols = keeps_protocols;
            host.wanted.push_back(floating(second, "eth0:2"));
            host.start().raise(host.now);
            host.kernel.add("eth0", "10.0.0.30", 32);
            host.wanted.pop_back();
            host.again().raise(host.now);
            EXPECT_FALSE(host.kernel.has(second));
            EXPECT_TRUE(host.kernel.has("10.0.0.10"));
            EXPECT_TRUE(host.kernel.has("10.0.0.30")) << "a stranger's";
            EXPECT_EQ(host.record.size(), 1U);
        }
}

TEST(Addresses, OneThatIsUpOnTheStandbyIsRemovedIfOursAndAnAlarmIfNot) {
    Host host;
    auto& addresses = host.start();
    addresses.drop(host.now);
    host.stranger_adds("eth0", "10.0.0.10", 32, "eth0:1");  // an older pulse of ours wrote nothing but this
    host.pass(1s);
    EXPECT_FALSE(host.kernel.has("10.0.0.10"));
    host.stranger_adds("eth0", "10.0.0.10", 32);
    host.pass(1s);
    EXPECT_TRUE(host.kernel.has("10.0.0.10"));
    EXPECT_THAT(host.said, ElementsAre(HasSubstr("it is up on eth0, where pulse did not put it")));
    host.stranger_removes("10.0.0.10");
    host.pass(1s);
    EXPECT_THAT(addresses.troubles(), IsEmpty());
    // Where nobody asks for it, it is a real server's.
    host.stranger_adds("lo", "10.0.0.10", 32);
    host.pass(1min);
    EXPECT_THAT(addresses.troubles(), IsEmpty());
}

TEST(Addresses, OneThatAppearsOnTheStandbyUntoldIsFoundAllTheSame) {
    Host host;
    auto& addresses = host.start();
    addresses.drop(host.now);
    host.kernel.add("eth0", "10.0.0.10", 32);
    host.pass(30s);
    EXPECT_EQ(addresses.troubles().size(), 1U);
}

}  // namespace
}  // namespace pulse::daemon
