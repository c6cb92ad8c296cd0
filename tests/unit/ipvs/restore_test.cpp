#include "pulse/ipvs/restore.h"

#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::ipvs {
namespace {

const NameLookups nobody;

std::vector<RestoreLine> lines_of(std::string_view text, std::size_t piece) {
    RestoreReader reader(nobody);
    std::vector<RestoreLine> lines;
    const auto add = [&](std::vector<RestoreLine> read) {
        for (auto& line : read) lines.push_back(std::move(line));
    };
    for (std::size_t at = 0; at < text.size(); at += piece) add(reader.read(text.substr(at, piece)));
    add(reader.finish());
    return lines;
}

/// "1 3 4!": the numbers of the lines that mean something, a refused one with '!'.
std::string numbers_of(std::string_view text) {
    std::string numbers;
    for (const auto& line : lines_of(text, text.size() + 1))
        numbers += (numbers.empty() ? "" : " ") + std::to_string(line.number) + (line.command ? "" : "!");
    return numbers;
}

TEST(Restore, ReadsOneCommandALine) {
    EXPECT_EQ(numbers_of("-A -t 10.0.0.1:80\n-A -t 10.0.0.2:80\n"), "1 2");
    EXPECT_EQ(numbers_of("-A -t 10.0.0.1:80\n-A -t 10.0.0.2:80"), "1 2");
    EXPECT_EQ(numbers_of("-A\t-t  10.0.0.1:80 \r\n"), "1");
    EXPECT_EQ(numbers_of(""), "");
}

TEST(Restore, SkipsEmptyLinesCommentsAndTheProgramsName) {
    EXPECT_EQ(numbers_of("\n \t \n# web\n  # more\nipvsadm\nipvsadm -C\n-A -f 7 # seven\n"), "6 7");
    EXPECT_EQ(numbers_of("-A ipvsadm -f 7"), "1");
}

TEST(Restore, ARefusedLineEndsTheRunUnlessAnOptionIsUnknown) {
    EXPECT_EQ(numbers_of("-A -f 7\n-A -f x\n-A -f 9\n"), "1 2!");
    EXPECT_EQ(numbers_of("-A -f 7\n-A -f 8 --bogus\n-A -f 9\n"), "1 2! 3");
    EXPECT_EQ(numbers_of("-A -f 7\nfoo\n-A -f 9\n"), "1 2!");
    EXPECT_EQ(numbers_of("-A -f 7\n-R\n-A -f 9\n"), "1 2!");
    EXPECT_EQ(numbers_of("-A -f 7 \"x\"\n-A -f 9\n"), "1!");
}

TEST(Restore, PiecesMayBeCutAnywhere) {
    const std::string text =
        "-A -t 10.0.0.1:80 -s rr\n# a comment\n\n-a -t 10.0.0.1:80 -r 10.0.0.2 -m\n-D -f 7";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        const auto lines = lines_of(text, piece);
        ASSERT_EQ(lines.size(), 3U) << piece;
        EXPECT_EQ(lines[0].text, "-A -t 10.0.0.1:80 -s rr") << piece;
        EXPECT_EQ(lines[1].number, 4U) << piece;
        EXPECT_EQ(lines[2].text, "-D -f 7") << piece;
    }
}

}  // namespace
}  // namespace pulse::ipvs
