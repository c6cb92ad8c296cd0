// Files that a full disk, a crash or a broken connection has cut short.

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

using std::string_literals::operator""s;
using ::testing::HasSubstr;

const std::string whole =
    "primary = 10.0.0.1\n"
    "virtual web {\n"
    "    active = 1\n"
    "    address = 10.0.0.10 eth0:1\n"
    "    server one {\n"
    "        address = 10.0.1.1\n"
    "        active = 1\n"
    "        weight = 10\n"
    "    }\n"
    "}\n"
    "deadtime = 15\n";

TEST(CutOff, EveryCutInsideABlockOrALineIsSeen) {
    ASSERT_FALSE(read_text(whole).cut_off);
    const auto inside_from = whole.find("virtual");
    const auto inside_to = whole.rfind('}');
    for (std::size_t length = 1; length < whole.size(); ++length) {
        const auto reading = read_text(whole.substr(0, length));
        const bool in_block = length > whole.find('{') && length <= inside_to;
        const bool in_line = whole[length - 1] != '\n' && (length < inside_from || length > inside_to + 1);
        // What is cut inside a word or quotes is refused anyway.
        EXPECT_TRUE(!reading.ok() || reading.cut_off.has_value() == (in_block || in_line))
            << whole.substr(0, length);
        EXPECT_TRUE(reading.ok() || length < whole.size() - 1) << whole.substr(0, length);
    }
}

TEST(CutOff, IsAWarningThatNamesTheInnermostBlock) {
    const auto reading = read_text(whole.substr(0, whole.find("weight")));
    ASSERT_TRUE(reading.ok());
    ASSERT_TRUE(reading.cut_off);
    EXPECT_EQ(reading.cut_off->line, 5);
    EXPECT_EQ(reading.cut_off->severity, Severity::warning);
    EXPECT_NE(std::ranges::find(reading.diagnostics, *reading.cut_off), reading.diagnostics.end());
}

TEST(CutOff, MissingLineEndAfterABraceOrCommentIsNone) {
    for (const auto* end : {"}", "}\n# the end", "}\n\n "})
        EXPECT_FALSE(read_text("virtual web {\n"s + end).cut_off) << end;
}

TEST(CutOff, ZeroBytesAfterTheEndAreNoText) {
    const auto zeros = std::string(3000, '\0');
    EXPECT_EQ(read_text(whole + zeros).config, read_text(whole).config);
    EXPECT_FALSE(read_text(whole + zeros).cut_off);
    EXPECT_EQ(brief(read_text(whole + zeros)),
              std::vector{"11: warning: zero bytes after the end of the text"s});
    EXPECT_EQ(parse(whole + zeros).document.text(), whole);
    EXPECT_TRUE(read_text(whole.substr(0, whole.find("weight")) + zeros).cut_off);
    EXPECT_TRUE(read_text(whole.substr(0, whole.size() - 2) + zeros).cut_off);
    EXPECT_EQ(brief(read_text(zeros)), std::vector{"0: error: Empty configuration"s});
}

TEST(CutOff, ZeroByteInTheTextIsAnErrorWhereverItStands) {
    for (const auto& text :
         {"send = \"a\0b\"\n"s, "# a\0b\n"s, "timeout = 1\0\ntimeout = 2\n"s, "send = \"a b\"\n\0\0\n"s}) {
        const auto reading = read_text("virtual web {\n" + text + "}\n");
        EXPECT_FALSE(reading.ok()) << text;
        EXPECT_THAT(brief(reading), ::testing::Contains(HasSubstr(": error: a zero byte"))) << text;
    }
}

TEST(NotText, IsCalledByItsName) {
    std::string noise(70'000, '\0');
    std::uint32_t seed = 1;
    for (auto& c : noise) c = static_cast<char>((seed = seed * 1664525U + 1013904223U) >> 24U);
    struct Row {
        std::string text;
        std::string_view what;
    };
    const auto rows = std::to_array<Row>({
        {"\x7f\x45LF\x02\x01\x01\0\0\0\n!\n"s, "an executable program"},
        {"\xff\xfep\0r\0i\0m\0a\0r\0y\0 \0=\0\n\0"s, "text in UTF-16"},
        {"p\0r\0i\0m\0a\0r\0y\0 \0=\0 \0"s, "a file of bytes that are no text"},
        {"\x1f\x8b\x08\0\0\0\0\0{\n}!"s, "a compressed file (gzip)"},
        {noise, "a file of bytes that are no text"},
    });
    for (const auto& row : rows)
        EXPECT_EQ(brief(read_text(row.text)),
                  std::vector{"0: error: this is " + std::string(row.what) + ", not an lvs.cf"});
}

TEST(NotText, LettersBeyondAsciiAreText) {
    EXPECT_EQ(brief(read_text("virtual größe-δ-機 {\n}\n# caf\xe9\n")), std::vector<std::string>{});
}

}  // namespace
}  // namespace pulse::config::testing
