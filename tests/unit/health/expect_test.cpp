#include "pulse/health/expect.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pulse::health {
namespace {

using Progress = Matcher::Progress;

Progress after(const Expectation& expectation, const std::vector<std::string>& pieces) {
    Matcher matcher(expectation);
    for (const auto& piece : pieces) matcher.feed(piece);
    return matcher.progress();
}

TEST(Expect, JudgesAStreamAsFarAsItHasCome) {
    const std::string long_text(300, 'x');
    const struct {
        Expectation expectation;
        std::vector<std::string> pieces;
        Progress progress;
    } cases[] = {
        {NoAnswer{}, {}, Progress::matched},
        {AnyAnswer{}, {}, Progress::undecided},
        {AnyAnswer{}, {"x"}, Progress::matched},
        {AnyAnswer{}, {""}, Progress::matched},  // an empty datagram
        {Prefix{"HTTP"}, {}, Progress::undecided},
        {Prefix{"HTTP"}, {"HT"}, Progress::undecided},
        {Prefix{"HTTP"}, {"HT", "TP"}, Progress::matched},
        {Prefix{"HTTP"}, {"HTTP/1.0 200 OK"}, Progress::matched},
        {Prefix{"HTTP"}, {"HT", "MP"}, Progress::differs},
        {Prefix{"HTTP"}, {"X"}, Progress::differs},
        {Prefix{"HTTP"}, {"HTTP", "garbage"}, Progress::matched},
        {Prefix{long_text}, {long_text.substr(0, 299)}, Progress::undecided},
        {Prefix{long_text}, {long_text}, Progress::matched},
        {Prefix{std::string("a\0b", 3)}, {std::string("a\0b", 3)}, Progress::matched},
        {Pattern{"200 OK"}, {"HTTP/1.0 20"}, Progress::undecided},
        {Pattern{"200 OK"}, {"HTTP/1.0 20", "0 OK\r\n"}, Progress::matched},
        {Pattern{"^OK$"}, {"OK"}, Progress::fits_so_far},
        {Pattern{"^OK$"}, {"OK", "AY"}, Progress::undecided},
        {Pattern{"b"}, {std::string("a\0b", 3)}, Progress::matched},
        {Pattern{"y"}, {std::string(253, 'x')}, Progress::undecided},
        {Pattern{"y"}, {std::string(254, 'x')}, Progress::differs},
        {Pattern{"y"}, {std::string(253, 'x'), "y"}, Progress::matched},
        {Pattern{"y"}, {std::string(254, 'x') + "y"}, Progress::differs},
        {Pattern{"*"}, {}, Progress::bad_expression},
        {Pattern{"("}, {"("}, Progress::bad_expression},
    };
    for (const auto& each : cases) EXPECT_EQ(after(each.expectation, each.pieces), each.progress);
}

TEST(Expect, ACloseDecides) {
    const struct {
        Expectation expectation;
        std::vector<std::string> pieces;
        Progress progress;
    } cases[] = {
        {AnyAnswer{}, {}, Progress::matched},
        {Prefix{"HTTP"}, {}, Progress::closed_early},
        {Prefix{"HTTP"}, {"HTT"}, Progress::closed_early},
        {Prefix{"HTTP"}, {"HTTP"}, Progress::matched},
        {Prefix{"HTTP"}, {"X"}, Progress::differs},
        {Pattern{"OK"}, {}, Progress::closed_early},
        {Pattern{"OK"}, {"KO"}, Progress::differs},
        {Pattern{"OK$"}, {"OK"}, Progress::matched},
    };
    for (const auto& each : cases) {
        Matcher matcher(each.expectation);
        for (const auto& piece : each.pieces) matcher.feed(piece);
        matcher.close();
        EXPECT_EQ(matcher.progress(), each.progress);
    }
}

TEST(Expect, TimeRunningOutTakesOnlyWhatFits) {
    Matcher fitting(Pattern{"OK$"});
    fitting.feed("OK");
    fitting.stop_waiting();
    EXPECT_TRUE(fitting.outcome().good());

    Matcher short_answer(Prefix{"HTTP"});
    short_answer.feed("HT");
    short_answer.stop_waiting();
    EXPECT_EQ(short_answer.outcome().reason, Reason::read_timed_out);
}

TEST(Expect, OutcomeSaysWhy) {
    Matcher early(Prefix{"HTTP"});
    early.feed("HT");
    early.close();
    EXPECT_EQ(text(early.outcome()), "closed before expected bytes");
    EXPECT_EQ(early.outcome().wanted, 4U);
    EXPECT_EQ(early.outcome().received, 2U);

    Matcher different(Prefix{"HTTP"});
    different.feed("SSH-");
    EXPECT_EQ(different.outcome().reason, Reason::answer_differs);

    const Matcher bad(Pattern{"a("});
    EXPECT_EQ(bad.outcome().reason, Reason::bad_expression);
    EXPECT_FALSE(bad.outcome().detail.empty());
}

TEST(Expect, JudgementDoesNotDependOnHowTheStreamIsCut) {
    std::mt19937 random(20240217);  // fixed: a failure can be repeated
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    const std::vector<Expectation> expectations = {
        NoAnswer{},
        AnyAnswer{},
        Prefix{"ab"},
        Prefix{"abba"},
        Prefix{std::string(60, 'a')},
        Pattern{"abba"},
        Pattern{"^ab"},
        Pattern{"ba$"},
        Pattern{"(ab)+b"},
        Pattern{"^[ab]*c"},
        Pattern{"^(a|b){300}$"},
        Pattern{"["},
    };
    for (int round = 0; round < 3000; ++round) {
        const auto& expectation = expectations[below(expectations.size())];
        std::string stream(below(round % 10 == 0 ? 400 : 20), 'a');
        for (auto& c : stream) c = "aaabbc"[below(6)];

        Matcher whole(expectation);
        if (!stream.empty()) whole.feed(stream);
        const auto open = whole.progress();
        whole.close();

        Matcher cut(expectation);
        for (std::size_t at = 0; at < stream.size();) {
            const auto size = 1 + below(std::min<std::size_t>(stream.size() - at, 7));
            cut.feed(std::string_view(stream).substr(at, size));
            at += size;
        }
        ASSERT_EQ(cut.progress(), open) << "round " << round << ", stream " << stream;
        cut.close();
        ASSERT_EQ(cut.progress(), whole.progress()) << "round " << round << ", stream " << stream;
    }
}

}  // namespace
}  // namespace pulse::health
