#include "pulse/heartbeat/authenticated.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::heartbeat {
namespace {

using Bytes = std::vector<std::uint8_t>;

Key key(std::uint8_t id, std::uint8_t first) {
    Key made{.id = id};
    for (std::size_t i = 0; i < made.secret.size(); ++i)
        made.secret.at(i) = static_cast<std::uint8_t>(first + i);
    return made;
}

const Ends ends{.from = net::IpAddress::v4(0x0a000001), .to = net::IpAddress::v4(0x0a000002)};

Message sample() {
    Message message;
    message.header = {
        .epoch = 0x1122334455667788, .sequence = 7, .heard_epoch = 0x99aabbccddeeff00, .heard_sequence = 5};
    message.report = {.sender = Identity::backup,
                      .standing = Standing::active,
                      .able = true,
                      .ready = true,
                      .hears = true,
                      .active_for = std::chrono::milliseconds(61'234),
                      .links_up = 3,
                      .pings_up = 2,
                      .connections = 1'000'000,
                      .config_serial = 42,
                      .config_digest = {},
                      .served = 875};
    message.report.config_digest.fill(0xd1);
    return message;
}

std::string hex(const Bytes& bytes) {
    std::string text;
    for (const auto byte : bytes) {
        constexpr auto* digits = "0123456789abcdef";
        text += digits[byte >> 4U];
        text += digits[byte & 0xfU];
    }
    return text;
}

/// The bytes docs/heartbeat.md describes. A change here is a change of what travels: pairs are upgraded one
/// router at a time.
TEST(Authenticated, TheBytesAreThese) {
    const Codec codec({key(1, 0x10)});
    const auto text = hex(codec.encode(sample(), ends));
    EXPECT_EQ(text.substr(0, 2 * 90),
              "504c5332"
              "02"
              "01"
              "007a"
              "1122334455667788"
              "0000000000000007"
              "99aabbccddeeff00"
              "0000000000000005"
              "004c"
              "02"
              "02"
              "0003"
              "0002"
              "000000000000ef32"
              "00000000000f4240"
              "000000000000002a"
              "d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1"
              "036b");
    // Made with another program: see docs/heartbeat.md.
    EXPECT_EQ(text.substr(2 * 90), "16201f6df820c43c712fe8bc90d2cc6302543232040f5bde6eea092927105c7a");
}

TEST(Authenticated, WhatIsEncodedIsDecoded) {
    const Codec codec({key(1, 0x10)});
    for (unsigned flags = 0; flags < 128; ++flags) {
        auto message = sample();
        auto& report = message.report;
        report.unsure = (flags & 1U) != 0;
        report.stopping = (flags & 2U) != 0;
        report.able = (flags & 4U) != 0;
        report.ready = (flags & 8U) != 0;
        report.offers = (flags & 16U) != 0;
        report.wants = (flags & 32U) != 0;
        report.hears = (flags & 64U) != 0;
        const auto decoded = codec.decode(codec.encode(message, ends), ends);
        ASSERT_TRUE(std::holds_alternative<Message>(decoded));
        EXPECT_EQ(std::get<Message>(decoded), message);
    }
}

Bytes bytes_of(std::string_view text) {
    Bytes bytes;
    for (std::size_t i = 0; i < text.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
    return bytes;
}

/// Golden bytes too: of the first version 2, which had no share of servers, and of one with eight bytes more.
TEST(Authenticated, AnEarlierAndALaterVersionAreUnderstood) {
    const Codec codec({key(1, 0x10)});
    const auto earlier =
        codec.decode(bytes_of("504c5332020100781122334455667788000000000000000799aabbccddeeff00"
                              "0000000000000005004c020200030002000000000000ef3200000000000f4240"
                              "000000000000002ad1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d185a5eb213b235112"
                              "58df5ad263e2187bf655c46ecdf522e39f261c22c4bf93da"),
                     ends);
    ASSERT_TRUE(std::holds_alternative<Message>(earlier));
    auto expected = sample();
    expected.report.served.reset();
    EXPECT_EQ(std::get<Message>(earlier), expected);
    const auto later =
        codec.decode(bytes_of("504c5332020100821122334455667788000000000000000799aabbccddeeff00"
                              "0000000000000005004c020200030002000000000000ef3200000000000f4240"
                              "000000000000002ad1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1036b000102030405"
                              "0607909aff1451c5889011ece98a07c2ec425dd970c3b548ea4630b0eac06771"
                              "61bc"),
                     ends);
    ASSERT_TRUE(std::holds_alternative<Message>(later));
    EXPECT_EQ(std::get<Message>(later), sample());
}

TEST(Authenticated, AShareThatIsNotKnownOrCannotBeIsNoShare) {
    const Codec codec({key(1, 0x10)});
    auto message = sample();
    message.report.served.reset();
    const auto decoded = codec.decode(codec.encode(message, ends), ends);
    ASSERT_TRUE(std::holds_alternative<Message>(decoded));
    EXPECT_EQ(std::get<Message>(decoded), message);
    message.report.served = 1001;
    EXPECT_EQ(std::get<Message>(codec.decode(codec.encode(message, ends), ends)).report.served, std::nullopt);
}

TEST(Authenticated, EachBitCounts) {
    const Codec codec({key(1, 0x10)});
    const auto good = codec.encode(sample(), ends);
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        auto bad = good;
        bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1U << bit % 8);
        EXPECT_TRUE(std::holds_alternative<Refusal>(codec.decode(bad, ends))) << "bit " << bit;
    }
}

TEST(Authenticated, EachRefusalHasItsReason) {
    const Codec codec({key(1, 0x10)});
    const auto good = codec.encode(sample(), ends);
    const auto refusal = [&](const Bytes& bytes) { return std::get<Refusal>(codec.decode(bytes, ends)); };
    EXPECT_EQ(refusal({}), Refusal::other_format);
    EXPECT_EQ(refusal({0xda, 0xdb, 0xad, 0xbd}), Refusal::other_format);
    EXPECT_EQ(refusal(Bytes(good.begin(), good.end() - 1)), Refusal::wrong_length);
    EXPECT_EQ(refusal(Bytes(good.begin(), good.begin() + 8)), Refusal::wrong_length);
    auto longer = good;
    longer.push_back(0);
    EXPECT_EQ(refusal(longer), Refusal::wrong_length);
    auto newer = good;
    newer[4] = 3;
    EXPECT_EQ(refusal(newer), Refusal::wrong_version);
    auto other_key = good;
    other_key[5] = 9;
    EXPECT_EQ(refusal(other_key), Refusal::unknown_key);
    EXPECT_EQ(std::get<Refusal>(Codec({key(1, 0x77)}).decode(good, ends)), Refusal::wrong_signature);
    auto message = sample();
    message.header.sequence = 0;
    EXPECT_EQ(refusal(codec.encode(message, ends)), Refusal::nonsense);
}

TEST(Authenticated, AMessageIsGoodForItsOwnWayAndDirectionOnly) {
    const Codec codec({key(1, 0x10)});
    const auto good = codec.encode(sample(), ends);
    EXPECT_EQ(std::get<Refusal>(codec.decode(good, {.from = ends.to, .to = ends.from})),
              Refusal::wrong_signature);
    EXPECT_EQ(
        std::get<Refusal>(codec.decode(good, {.from = ends.from, .to = net::IpAddress::v4(0x0a000003)})),
        Refusal::wrong_signature);
}

TEST(Authenticated, EitherOfTwoKeysIsAcceptedAndTheFirstSigns) {
    const auto old_key = key(1, 0x10);
    const auto new_key = key(2, 0x50);
    const Codec both({old_key, new_key});
    const Codec newer({new_key, old_key});
    const Codec only_new({new_key});
    EXPECT_TRUE(std::holds_alternative<Message>(both.decode(newer.encode(sample(), ends), ends)));
    EXPECT_TRUE(std::holds_alternative<Message>(newer.decode(both.encode(sample(), ends), ends)));
    EXPECT_TRUE(std::holds_alternative<Message>(only_new.decode(newer.encode(sample(), ends), ends)));
    EXPECT_EQ(std::get<Refusal>(only_new.decode(both.encode(sample(), ends), ends)), Refusal::unknown_key);
}

TEST(Authenticated, AnOriginalRouterReadsItAsAnotherService) {
    const auto bytes = Codec({key(1, 0x10)}).encode(sample(), ends);
    // Four bytes are all it reads; they must be none of its words.
    for (const std::uint32_t word :
         {0xbdaddbdaU, 0xadbddabdU, 0xbeefbabeU, 0xdeadbeefU, 0xdeaddadaU, 0xdeafbabeU, 0xdeafdadaU})
        EXPECT_NE(word, std::uint32_t{bytes[3]} << 24U | std::uint32_t{bytes[2]} << 16U |
                            std::uint32_t{bytes[1]} << 8U | bytes[0]);
}

}  // namespace
}  // namespace pulse::heartbeat
