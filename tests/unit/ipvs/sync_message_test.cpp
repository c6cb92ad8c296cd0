// The bytes of the kernel's synchronisation protocol, version 1.
#include "pulse/ipvs/sync_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::ipvs {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::SizeIs;

net::Endpoint at(const char* address, std::uint16_t port) {
    return {.address = *net::IpAddress::parse(address), .port = {port}};
}

SyncedConnection one() {
    return {.client = at("10.0.0.100", 0x1234),
            .service = at("10.0.0.10", 80),
            .server = at("10.0.1.11", 8080),
            .state = 1};
}

TEST(SyncMessage, OfOneConnection) {
    const auto messages = sync_messages(std::vector{one()}, 7, 1400);
    ASSERT_THAT(messages, SizeIs(1));
    const std::vector<std::uint8_t> expected{
        0,    7,    0, 44,  1,    1,    0, 0,          // id, size, how many, version
        0,    6,    0, 36,                             // IPv4, TCP, size
        0,    0,    0, 0,                              // flags: masqueraded
        0,    1,                                       // established
        0x12, 0x34, 0, 80,  0x1f, 0x90, 0, 0,  0,  0,  // mark
        0,    0,    0, 0,                              // the time of its state
        10,   0,    0, 100, 10,   0,    0, 10, 10, 0, 1, 11};
    EXPECT_THAT(messages[0], ElementsAreArray(expected));
}

TEST(SyncMessage, OfWhatIsNotTheUsual) {
    const SyncedConnection other{.protocol = net::Protocol::udp,
                                 .client = at("fd00::64", 53),
                                 .service = at("fd00::a", 53),
                                 .server = at("fd00:1::b", 53),
                                 .inactive = true,
                                 .mark = {0x01020304},
                                 .forwarding = Forwarding::direct};
    const auto messages = sync_messages(std::vector{other}, 255, 1400);
    ASSERT_THAT(messages, SizeIs(1));
    const auto& message = messages[0];
    ASSERT_THAT(message, SizeIs(8 + 72));
    EXPECT_EQ(message[8], 1) << "IPv6";
    EXPECT_EQ(message[9], 17) << "UDP";
    EXPECT_THAT(std::vector(message.begin() + 12, message.begin() + 16), ElementsAreArray({0, 0, 1, 3}));
    EXPECT_THAT(std::vector(message.begin() + 24, message.begin() + 28), ElementsAreArray({1, 2, 3, 4}));
}

TEST(SyncMessage, IsNotLongerThanTheOtherReads) {
    const std::vector<SyncedConnection> many(100, one());
    const auto messages = sync_messages(many, 7, 1400);
    ASSERT_THAT(messages, SizeIs(3));
    std::size_t told = 0;
    for (const auto& message : messages) {
        EXPECT_LE(message.size(), 1400U);
        EXPECT_EQ(message.size(), message[2] * 256U + message[3]);
        told += message[4];
    }
    EXPECT_EQ(told, 100U);
}

TEST(SyncMessage, CountsInOneByte) {
    const std::vector<SyncedConnection> many(256, one());
    const auto messages = sync_messages(many, 7, 65'000);
    ASSERT_THAT(messages, SizeIs(2));
    EXPECT_EQ(messages[0][4], 255);
    EXPECT_EQ(messages[1][4], 1);
}

TEST(SyncMessage, OfNothingIsNone) { EXPECT_THAT(sync_messages({}, 7, 1400), IsEmpty()); }

}  // namespace
}  // namespace pulse::ipvs
