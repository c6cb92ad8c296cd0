#include "pulse/base/fields.h"

#include <random>

#include <gtest/gtest.h>

namespace pulse {
namespace {

using Random = std::mt19937;

/// Text of the given bytes, those that mean something to Fields being the most frequent.
std::string text_of(Random& random, std::size_t longest, std::string_view frequent) {
    std::string text(random() % (longest + 1), '\0');
    for (auto& c : text)
        c = random() % 2 == 0 ? frequent[random() % frequent.size()] : static_cast<char>(random());
    return text;
}

TEST(Fields, AreLinesOfKeyAndValueInOrder) {
    const auto fields = Fields().add("STATE", "up").add("WEIGHT", "5").add("STATE", "down");
    EXPECT_EQ(fields.to_text(), "STATE=up\nWEIGHT=5\nSTATE=down\n");
    EXPECT_EQ(Fields::parse(fields.to_text()), fields);
}

TEST(Fields, FindTheFirstValueOfAKey) {
    const auto fields = Fields::parse("STATE=up\nEMPTY=\nSTATE=down\n");
    EXPECT_EQ(fields.find("STATE"), "up");
    EXPECT_EQ(fields.find("EMPTY"), "");
    EXPECT_EQ(fields.find("STAT"), std::nullopt);
    EXPECT_EQ(Fields().find(""), std::nullopt);
}

TEST(Fields, LinesWithoutAnEqualsSignAreIgnored) {
    EXPECT_EQ(Fields::parse("hello\nA=1\n\nfuture\\n=\nB=2"),
              Fields().add("A", "1").add("future\\n", "").add("B", "2"));
    EXPECT_EQ(Fields::parse(""), Fields());
}

TEST(Fields, ValuesMayHoldNewlinesBackslashesAndEqualsSigns) {
    const struct {
        std::string value;
        std::string text;
    } cases[] = {
        {"a=b=", "K=a=b=\n"},
        {"two\nlines\n", "K=two\\nlines\\n\n"},
        {"\\n", "K=\\\\n\n"},
        {"\\\n", "K=\\\\\\n\n"},
        {"ends with \\", "K=ends with \\\\\n"},
        {"\r\t ", "K=\r\t \n"},
        {std::string("\0x", 2), std::string("K=\0x\n", 5)},
    };
    for (const auto& each : cases) {
        const auto fields = Fields().add("K", each.value);
        EXPECT_EQ(fields.to_text(), each.text);
        EXPECT_EQ(Fields::parse(each.text), fields);
    }
}

TEST(Fields, AnEscapeNobodyWritesIsTheCharacterItself) {
    EXPECT_EQ(Fields::parse("K=\\t\\=").find("K"), "t=");
    EXPECT_EQ(Fields::parse("K=open\\").find("K"), "open\\");
}

TEST(Fields, WhatIsWrittenIsReadBack) {
    Random random(7);  // NOLINT(cert-msc51-cpp): the same cases on every run
    for (int round = 0; round < 3000; ++round) {
        Fields fields;
        for (auto count = random() % 5; count > 0; --count)
            fields.add("KEY" + std::to_string(random() % 3), text_of(random, 12, "\n\\=n"));
        ASSERT_EQ(Fields::parse(fields.to_text()), fields) << "round " << round;
    }
}

TEST(Fields, AnyBytesAreReadAndReadTheSameOnceWritten) {
    Random random(8);  // NOLINT(cert-msc51-cpp): the same cases on every run
    for (int round = 0; round < 3000; ++round) {
        const auto text = text_of(random, 40, "\n\\=n");
        const auto fields = Fields::parse(text);
        ASSERT_EQ(Fields::parse(fields.to_text()), fields) << "round " << round;
    }
}

}  // namespace
}  // namespace pulse
