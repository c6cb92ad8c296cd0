#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) { return random() % std::max<std::size_t>(limit, 1); }

/// Damages a text: bytes changed, lines lost, doubled, swapped or cut.
std::string mutate(std::string text, Random& random) {
    static constexpr char bytes[] = "{}=#\"'\\ \t\n\r\0\x80\xffvirtual server -0x9.";
    constexpr std::string_view spice(bytes, sizeof bytes - 1);
    for (auto times = 1 + below(random, 6); times > 0; --times) {
        const auto at = below(random, text.size());
        const auto length = below(random, std::min<std::size_t>(text.size() - at, 40));
        switch (below(random, 5)) {
            case 0:
                text.insert(at, 1, spice[below(random, spice.size())]);
                break;
            case 1:
                text.erase(at, length);
                break;
            case 2:
                text.insert(below(random, text.size()), text.substr(at, length));
                break;
            case 3:
                text.resize(at);
                break;
            default:
                if (!text.empty()) text[at] = static_cast<char>(random());
        }
    }
    return text;
}

/// Every byte is in a line or a line end, tokens lie inside their lines, diagnostics point into the file.
void expect_sound(const std::string& text) {
    const auto parsed = parse(text);
    const auto& kept = parsed.document.text();
    ASSERT_EQ(kept, text.substr(0, kept.size()));
    ASSERT_EQ(text.find_first_not_of('\0', kept.size()), std::string::npos);
    std::size_t at = 0;
    for (const auto& line : parsed.document.lines()) {
        ASSERT_LE(at, line.begin);
        ASSERT_LE(line.begin, line.end);
        ASSERT_EQ(text.substr(at, line.begin - at).find_first_not_of("\r\n\xef\xbb\xbf"), std::string::npos);
        at = line.end;
    }
    ASSERT_EQ(kept.substr(at).find_first_not_of("\r\n"), std::string::npos);

    const auto reading = read_text(text);
    const auto lines = static_cast<int>(parsed.document.lines().size());
    for (std::size_t i = 0; i < reading.diagnostics.size(); ++i) {
        const auto& d = reading.diagnostics[i];
        ASSERT_LE(d.line, lines);
        if (i > 0) {
            ASSERT_LE(reading.diagnostics[i - 1].line, d.line);
        }
        ASSERT_FALSE(d.text.empty());
    }
    const auto shown = format(reading.diagnostics, "lvs.cf", text);
    ASSERT_EQ(shown.empty(), reading.diagnostics.empty());
}

TEST(Property, AnyDamageToTheCorpusGivesAReading) {
    Random random(20240601);  // NOLINT(cert-msc51-cpp): the same cases on every run
    for (const auto& path : corpus()) {
        const auto text = file(path);
        for (int round = 0; round < 60; ++round) {
            const auto damaged = mutate(text, random);
            ASSERT_NO_FATAL_FAILURE(expect_sound(damaged)) << path << " round " << round;
        }
    }
}

TEST(Property, AnyBytesGiveAReading) {
    Random random(7);  // NOLINT(cert-msc51-cpp): the same cases on every run
    for (int round = 0; round < 1500; ++round) {
        std::string text(below(random, 80), '\0');
        constexpr std::string_view letters = "{}=#\"' \n\ra}virtual server keepalive = \"x\\";
        const bool wild = round % 3 == 0;
        for (auto& c : text) c = wild ? static_cast<char>(random()) : letters[below(random, letters.size())];
        ASSERT_NO_FATAL_FAILURE(expect_sound(text)) << "round " << round;
    }
}

TEST(Property, EveryPrefixOfAFileGivesAReading) {
    const auto text = corpus_file("hybrid-nat-static-addresses.cf");
    for (std::size_t length = 0; length <= text.size(); length += 3)
        ASSERT_NO_FATAL_FAILURE(expect_sound(text.substr(0, length))) << length;
}

TEST(Property, LineEndsDoNotChangeTheMeaning) {
    for (const auto& path : corpus()) {
        const auto text = file(path);
        std::string crlf;
        for (const char c : text) crlf += c == '\n' ? "\r\n" : std::string(1, c);
        EXPECT_EQ(read_text(crlf).config, read_text(text).config) << path;
    }
}

TEST(Property, DeepNestingIsOnlyText) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += i % 2 == 0 ? "virtual a {\n" : "x {\n";
    expect_sound(text);
}

}  // namespace
}  // namespace pulse::config::testing
