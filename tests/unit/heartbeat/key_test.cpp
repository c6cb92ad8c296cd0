#include "pulse/heartbeat/key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::heartbeat {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string secret(64, 'a');

TEST(Keys, AFileComesBack) {
    const Keys keys{{.id = 255, .secret = {1, 2, 0xff}}, {.id = 1, .secret = {9}}};
    const auto read = parse_keys(to_text(keys));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*read, keys);
}

TEST(Keys, AnErrorNamesTheLineAndNeverTheSecret) {
    for (const auto& text : {"\n1 " + secret + "0\n", "\n0 " + secret, "\n256 " + secret, "\n" + secret,
                             "\n1 " + secret + " x", "\n1 g" + secret.substr(1)}) {
        const auto read = parse_keys(text);
        ASSERT_FALSE(read) << text;
        EXPECT_THAT(read.error().message(), HasSubstr("line 2"));
        EXPECT_THAT(read.error().message(), Not(HasSubstr("aaaa")));
    }
}

TEST(Keys, NoneThreeOrTwoOfOneNumberAreRefused) {
    EXPECT_FALSE(parse_keys("# nothing\n\n"));
    EXPECT_FALSE(parse_keys("1 " + secret + "\n1 " + secret));
    EXPECT_FALSE(parse_keys("1 " + secret + "\n2 " + secret + "\n3 " + secret));
}

TEST(Keys, RotatingIsDoneInThreeSteps) {
    const std::array<std::uint8_t, 32> fresh{7};
    for (const int first : {1, 254, 255}) {
        const Key old_key{.id = static_cast<std::uint8_t>(first)};
        const Key new_key{.id = static_cast<std::uint8_t>(first % 255 + 1), .secret = fresh};
        auto keys = rotated({old_key}, fresh);
        EXPECT_EQ(keys, (Keys{old_key, new_key}));
        keys = rotated(keys, {});
        EXPECT_EQ(keys, (Keys{new_key, old_key}));
        keys = rotated(keys, {});
        EXPECT_EQ(keys, Keys{new_key});
    }
}

TEST(Keys, TheFirstOfAllIsNumberOne) {
    const std::array<std::uint8_t, 32> fresh{7};
    EXPECT_EQ(rotated({}, fresh), (Keys{{.id = 1, .secret = fresh}}));
}

TEST(Digest, IsThatOfSha256) {
    const std::array<std::uint8_t, 16> abc{0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
                                           0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23};
    EXPECT_EQ(digest_of("abc"), abc);
}

}  // namespace
}  // namespace pulse::heartbeat
