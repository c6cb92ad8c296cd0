// What a file may cost: all of these took seconds or gigabytes once.

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string repeated(std::string_view piece, std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += piece;
    return text;
}

constexpr std::size_t mebibyte = 1U << 20U;

TEST(Limits, TooLargeAFileIsNotTakenApart) {
    EXPECT_EQ(brief(read_text(repeated("virtual a {\n", 12 * mebibyte))),
              std::vector<std::string>{"0: error: a file of more than 8 MiB"});
    EXPECT_EQ(brief(read_text(repeated("\n", mebibyte))),
              std::vector<std::string>{"0: error: a file of more than 500000 lines"});
}

TEST(Limits, TooManyBlocksEndTheReading) {
    for (const auto* piece : {"virtual a {\n", "virtual a {\nserver b {\n", "virtual a {\n}\n"}) {
        const auto said = read_text(repeated(piece, 3 * mebibyte)).diagnostics;
        EXPECT_EQ(said.size(), 1U) << piece;
        EXPECT_TRUE(std::ranges::any_of(said, [](const Diagnostic& d) {
            return d.text == "more than 50000 blocks" && d.severity == Severity::error;
        })) << piece;
    }
}

TEST(Limits, TooLongALineIsAnErrorAndTheOthersAreRead) {
    const auto reading = read_text("send = " + std::string(9'000, 'x') + "\nkeepalive = x\n");
    EXPECT_EQ(brief(reading), (std::vector<std::string>{"1: error: a line of more than 8192 bytes",
                                                        "2: error: integer expected: \"x\""}));
}

TEST(Limits, NoErrorIsHiddenByAThousandWarnings) {
    const auto reading = read_text(repeated("serial_no=1\n", 20'000) + "keepalive = x\n");
    EXPECT_FALSE(reading.ok());
    EXPECT_THAT(brief(reading), ::testing::Contains(HasSubstr("integer expected")));
    EXPECT_THAT(brief(reading).back(), EndsWith("more warnings, which are not shown"));
}

TEST(Limits, EveryErrorIsCountedAndTheFirstKeysGetASuggestion) {
    auto text = std::string("serial_no = 1\n");
    for (int i = 0; i < 5'000; ++i) text += "keepalife" + std::to_string(i % 10) + " = 1\n";
    const auto reading = read_text(text);
    EXPECT_THAT(brief(reading),
                ::testing::Contains(HasSubstr("error: and 4000 more errors, which are not shown")));
    EXPECT_EQ(reading.diagnostics.at(0).hint, "did you mean \"keepalive\"?");
    const auto of_500 = std::ranges::find_if(reading.diagnostics, [](const Diagnostic& d) {
        return d.line == 500 && d.severity == Severity::error;
    });
    EXPECT_EQ(of_500->hint, "");
}

}  // namespace
}  // namespace pulse::config::testing
