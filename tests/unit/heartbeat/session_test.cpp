#include "pulse/heartbeat/session.h"

#include <gtest/gtest.h>

namespace pulse::heartbeat {
namespace {

using namespace std::chrono_literals;

constexpr Duration window = 3s;

/// A and B exchange messages by hand.
class Sessions : public testing::Test {
  protected:
    /// One message each way; a second passes.
    void exchange() {
        to_b = a.next(now);
        b_thinks = b.receive(to_b, 0, now);
        to_a = b.next(now);
        a_thinks = a.receive(to_a, 0, now);
        now += 1s;
    }
    void agree() {
        for (int i = 0; i < 3; ++i) exchange();
        ASSERT_EQ(a_thinks, Freshness::fresh);
        ASSERT_EQ(b_thinks, Freshness::fresh);
    }

    TimePoint now{1h};
    Session a{11, window};
    Session b{22, window};
    Header to_a, to_b;
    Freshness a_thinks{}, b_thinks{};
};

TEST_F(Sessions, TwoThatStartBelieveEachOtherAtTheSecondMessage) {
    exchange();
    EXPECT_EQ(b_thinks, Freshness::unproven);
    EXPECT_EQ(a_thinks, Freshness::fresh) << "B has repeated the number A has just sent";
    exchange();
    EXPECT_EQ(b_thinks, Freshness::fresh);
}

TEST_F(Sessions, AMessageCountsOnce) {
    agree();
    const auto message = a.next(now);
    EXPECT_EQ(b.receive(message, 0, now), Freshness::fresh);
    EXPECT_EQ(b.receive(message, 0, now), Freshness::replayed);
    EXPECT_EQ(b.receive(message, 1, now), Freshness::copy) << "on another path it shows that this one works";
    EXPECT_EQ(b.receive(message, 1, now), Freshness::replayed);
}

TEST_F(Sessions, AnOlderMessageIsRefused) {
    agree();
    const auto older = a.next(now);
    EXPECT_EQ(b.receive(a.next(now), 0, now), Freshness::fresh);
    EXPECT_EQ(b.receive(older, 0, now), Freshness::replayed);
}

TEST_F(Sessions, WhatWasRecordedBeforeTheReceiverRestartedIsNeverBelieved) {
    agree();
    std::vector<Header> recorded;
    for (int i = 0; i < 5; ++i) recorded.push_back(a.next(now));
    b = Session(23, window);
    for (int round = 0; round < 3; ++round)
        for (const auto& message : recorded) {
            EXPECT_EQ(b.receive(message, 0, now), Freshness::unproven);
            (void)b.next(now);  // what B answers does not reach the recorder's past
            now += 500ms;
        }
}

TEST_F(Sessions, WhatWasRecordedBeforeTheSenderRestartedIsNeverBelieved) {
    agree();
    const auto recorded = a.next(now);
    a = Session(12, window);
    agree();
    EXPECT_EQ(b.receive(recorded, 0, now), Freshness::replayed);
}

TEST_F(Sessions, ALateMessageOfTheOldEpochDoesNotEndTheNewOne) {  // simulated seed 544575: deaf for ever
    agree();
    const auto late = a.next(now);
    b = Session(23, window);
    const auto first = b.next(now);
    (void)a.receive(first, 0, now);
    auto held_back = a.next(now);  // of the old epoch, and it repeats a number of B's new one
    if (held_back.heard_epoch != 23) held_back = a.next(now);
    a = Session(12, window);
    for (int i = 0; i < 3; ++i) exchange();
    ASSERT_EQ(b_thinks, Freshness::fresh);
    EXPECT_EQ(b.receive(held_back, 0, now), Freshness::replayed);
    EXPECT_EQ(b.receive(late, 0, now), Freshness::unproven) << "it says nothing of this life of B";
    exchange();
    EXPECT_EQ(b_thinks, Freshness::fresh);
}

TEST_F(Sessions, APartnerThatRestartsIsBelievedWhileOldMessagesArePlayed) {
    agree();
    std::vector<Header> recorded;
    for (int i = 0; i < 4; ++i) recorded.push_back(a.next(now));
    a = Session(12, window);
    b = Session(23, window);
    for (int i = 0; i < 6; ++i) {
        for (const auto& message : recorded) (void)b.receive(message, 0, now);
        exchange();
    }
    EXPECT_EQ(a_thinks, Freshness::fresh);
    EXPECT_EQ(b_thinks, Freshness::fresh);
}

TEST_F(Sessions, ANumberSentLongAgoProvesNothing) {
    const auto first = a.next(now);
    EXPECT_EQ(b.receive(first, 0, now), Freshness::unproven);
    const auto answer = b.next(now);  // repeats A's first number, and is held back
    for (int i = 0; i < 6; ++i) {
        now += 1s;
        (void)a.next(now);
    }
    EXPECT_EQ(a.receive(answer, 0, now), Freshness::unproven);
}

TEST_F(Sessions, ANumberThatWasNeverSentProvesNothing) {
    (void)a.next(now);
    EXPECT_EQ(a.receive({.epoch = 22, .sequence = 1, .heard_epoch = 11, .heard_sequence = 2}, 0, now),
              Freshness::unproven);
}

TEST_F(Sessions, OnesOwnMessageComingBackIsRefused) {
    EXPECT_EQ(a.receive(a.next(now), 0, now), Freshness::replayed);
}

TEST_F(Sessions, ASilenceOfAnyLengthEndsNothing) {
    agree();
    now += 24h;
    EXPECT_EQ(b.receive(a.next(now), 0, now), Freshness::fresh);
}

}  // namespace
}  // namespace pulse::heartbeat
