// The same command lines given to the packaged ipvsadm 1.31 and to ours, from the same table. Run by
// tools/lab exec.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/ipvs/spelling.h"
#include "pulse/ipvs/sync_listing.h"

#include "generator.h"
#include "programs.h"

namespace pulse::lab {
namespace {

/// Something of everything, small enough to be made for every command line.
constexpr std::string_view start =
    "-A -t 10.0.0.1:80 -s wlc\n"
    "-a -t 10.0.0.1:80 -r 10.0.1.1:80 -g -w 3 -x 100 -y 50\n"
    "-a -t 10.0.0.1:80 -r 10.0.1.2:8080 -m\n"
    "-a -t 10.0.0.1:80 -r [2001:db8::1]:80 -i --tun-type gue --tun-port 6080 --tun-csum\n"
    "-A -t 10.0.0.1:443 -s sh -p 360 -M 255.255.255.0 -b sh-port\n"
    "-A -u 10.0.0.1:53 -s rr -o\n"
    "-A -t [fd00::1]:80 -s rr\n"
    "-a -t [fd00::1]:80 -r [fd00:1::1]:80 -m\n"
    "-A -f 7 -s rr\n"
    "-A -f 8 -6 -p 60 -M 64\n";

/// Everything a command line did.
struct Effect {
    Ran ran;
    KernelState state;
};

class Commands : public testing::Test {
  protected:
    Effect effect_of(Program program, const Words& words) {
        kernel_.reset(table_);
        auto ran = lab::run(program, words);
        return {.ran = std::move(ran), .state = kernel_.state()};
    }

    /// How the two differ; the text is empty if they do not.
    struct Difference {
        std::string text;
        bool refused = false;
    };
    Difference compare(const Words& words) {
        const auto theirs = effect_of(Program::packaged, words);
        const auto ours = effect_of(Program::ours, words);
        std::string text;
        const auto differ = [&](const char* what, const std::string& their, const std::string& our) {
            if (their != our) text += std::string("  ") + what + ":\n<" + their + ">\n<" + our + ">\n";
        };
        differ("exit status", std::to_string(theirs.ran.status), std::to_string(ours.ran.status));
        differ("standard output", theirs.ran.output, ours.ran.output);
        differ("standard error", theirs.ran.errors, ours.ran.errors);
        differ("table", text_of(theirs.state), text_of(ours.state));
        return {.text = text, .refused = ours.ran.status != 0};
    }

    std::string difference(const std::string& line) { return compare(words_of(line)).text; }

    static std::string text_of(const KernelState& state) {
        std::string text;
        for (const auto& step : ipvs::plan({}, state.table)) text += ipvs::spelling(step) + "\n";
        return text + ipvs::listing(state.timeouts) + ipvs::listing(state.daemons);
    }

    static std::string line_of(const Words& words) {
        std::string line;
        for (const auto& word : words) line += (line.empty() ? "" : " ") + (word.empty() ? "''" : word);
        return line;
    }

    static std::vector<std::string> lines_of(const std::string& file) {
        std::ifstream stream(PULSE_TEST_DATA "/" + file);
        EXPECT_TRUE(stream.good()) << file;
        std::vector<std::string> lines;
        for (std::string line; std::getline(stream, line);)
            if (!line.empty() && !line.starts_with('#')) lines.push_back(line);
        return lines;
    }

    Kernel kernel_;
    const ipvs::Table table_ = table_of(start);
};

TEST_F(Commands, ThePackagedProgramIsTheOriginal) {
    EXPECT_THAT(lab::run(Program::packaged, {"-v"}).output, testing::StartsWith("ipvsadm v1.31 2019/12/24"));
    EXPECT_THAT(lab::run(Program::ours, {"-v"}).output, testing::HasSubstr("compiled with pulse"));
}

TEST_F(Commands, WrittenByHandAreAnsweredAlike) {
    const auto lines = lines_of("ipvsadm/commands.txt");
    EXPECT_GT(lines.size(), 400U);
    for (const auto& line : lines) EXPECT_EQ(difference(line), "") << line;
}

TEST_F(Commands, DeliberateDifferencesAreThese) {
    const auto lines = lines_of("ipvsadm/differences.txt");
    for (const auto& line : lines) EXPECT_NE(difference(line), "") << line;
    EXPECT_GT(lines.size(), 5U);
}

TEST_F(Commands, MadeFromTheGrammarAreAnsweredAlike) {
    constexpr unsigned seed = 20261124;
    constexpr int count = 400;
    Generator generator(seed);
    int refused = 0;
    for (int i = 0; i < count; ++i) {
        const auto words = generator.command_line();
        const auto compared = compare(words);
        EXPECT_EQ(compared.text, "") << i << ": " << line_of(words);
        if (compared.refused) ++refused;
    }
    EXPECT_GT(refused, count / 5);
    EXPECT_LT(refused, count * 4 / 5);
}

}  // namespace
}  // namespace pulse::lab
