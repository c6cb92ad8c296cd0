#include "pulse/heartbeat/classic.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace pulse::heartbeat {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Golden {
    Word word;
    Bytes wire;
};

const std::vector<Golden>& golden() {
    static const std::vector<Golden> all{
        {Word::lvs_running, {0xda, 0xdb, 0xad, 0xbd}}, {Word::lvs_stopped, {0xbd, 0xda, 0xbd, 0xad}},
        {Word::fos_running, {0xbe, 0xba, 0xef, 0xbe}}, {Word::fos_stopped, {0xef, 0xbe, 0xad, 0xde}},
        {Word::stop_me, {0xda, 0xda, 0xad, 0xde}},     {Word::hold, {0xbe, 0xba, 0xaf, 0xde}},
        {Word::held, {0xda, 0xda, 0xaf, 0xde}},
    };
    return all;
}

TEST(ClassicHeartbeat, EveryWordHasTheOriginalsBytes) {
    for (const auto& [word, wire] : golden()) {
        const auto bytes = encode(word);
        EXPECT_EQ(Bytes(bytes.begin(), bytes.end()), wire);
    }
}

TEST(ClassicHeartbeat, EveryWordIsReadBack) {
    for (const auto& [word, wire] : golden()) {
        const auto decoded = decode(wire);
        ASSERT_TRUE(std::holds_alternative<Word>(decoded));
        EXPECT_EQ(std::get<Word>(decoded), word);
    }
}

TEST(ClassicHeartbeat, FewerThanFourBytesAreTooShort) {
    for (std::size_t size = 0; size < 4; ++size)
        EXPECT_TRUE(std::holds_alternative<TooShort>(decode(Bytes(size, 0xda)))) << size;
}

TEST(ClassicHeartbeat, BytesAfterTheFourthAreIgnored) {
    const auto decoded = decode(Bytes{0xda, 0xdb, 0xad, 0xbd, 1, 2, 3});
    ASSERT_TRUE(std::holds_alternative<Word>(decoded));
    EXPECT_EQ(std::get<Word>(decoded), Word::lvs_running);
}

TEST(ClassicHeartbeat, AnotherNumberIsUnknownAndKept) {
    const auto decoded = decode(Bytes{0x01, 0x02, 0x03, 0x04});
    ASSERT_TRUE(std::holds_alternative<Unknown>(decoded));
    EXPECT_EQ(std::get<Unknown>(decoded).number, 0x04030201U);
}

TEST(ClassicHeartbeat, AnyBytesDecodeToSomethingThatEncodesToThem) {
    std::mt19937 random(1);
    for (int round = 0; round < 10'000; ++round) {
        Bytes bytes(random() % 9);
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
        const auto decoded = decode(bytes);
        if (bytes.size() < 4) {
            EXPECT_TRUE(std::holds_alternative<TooShort>(decoded));
        } else if (const auto* word = std::get_if<Word>(&decoded)) {
            const auto wire = encode(*word);
            EXPECT_TRUE(std::equal(wire.begin(), wire.end(), bytes.begin()));
        }
    }
}

}  // namespace
}  // namespace pulse::heartbeat
