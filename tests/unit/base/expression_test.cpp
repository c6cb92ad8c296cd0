#include "pulse/base/expression.h"

#include <gtest/gtest.h>

namespace pulse {
namespace {

using std::string_literals::operator""s;

TEST(Expression, IsFoundAnywhereAlsoAmongZeroBytes) {
    const auto expression = Expression::compile("b+c");
    ASSERT_TRUE(expression);
    EXPECT_TRUE(expression->found_in("a\0bbc"s, false));
    EXPECT_FALSE(expression->found_in("a\0bb"s, true));
}

TEST(Expression, TheDollarMatchesOnlyWhereTheWholeEnds) {
    const auto expression = Expression::compile("^OK$");
    ASSERT_TRUE(expression);
    EXPECT_TRUE(expression->found_in("OK", true));
    EXPECT_FALSE(expression->found_in("OK", false));
}

TEST(Expression, ThatCannotBeCompiledSaysWhy) {
    const auto unmatched = Expression::compile("a(b");
    ASSERT_FALSE(unmatched);
    EXPECT_EQ(unmatched.error().context, "Unmatched ( or \\(");
    const auto zero = Expression::compile("a\0b"s);
    ASSERT_FALSE(zero);
    EXPECT_EQ(zero.error().context, "a zero byte cannot be searched for");
}

TEST(Expression, WithBackReferencesIsRefused) {
    for (const auto* text : {"(x*)(x*)(x*)\\1\\2\\3y", "(a)\\1", "[[:alpha:]](b)[]x]\\1", "a\\\\(b)\\1"}) {
        const auto refused = Expression::compile(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().context,
                  "back references (\\1) are not available: to search for one may take for ever");
    }
    for (const auto* text : {"a\\\\1", "[\\1]", "[^]\\1]", "[[.\\.]\\1]", "\\."}) {
        const auto taken = Expression::compile(text);
        EXPECT_TRUE(taken) << text;
    }
}

TEST(Expression, ThatRepeatsTooMuchIsRefused) {
    for (const auto* text :
         {"((a{250}){250}){250}", "(a{1,99}){99}", "a{30000}", "(ab{100}){2}{10}", "(a{100})*{20}"}) {
        const auto refused = Expression::compile(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().context,
                  "it repeats too much: written out it is longer than 1000 characters");
    }
    for (const auto* text : {"[0-9]{1,3}(\\.[0-9]{1,3}){3}", "(a{10}){20}", "[{]{2,}", "\\{9999\\}"})
        EXPECT_TRUE(Expression::compile(text)) << text;
}

TEST(Expression, MeansTheSameAmongOthersAsAlone) {
    struct Row {
        const char* expression;
        std::string text;
        bool found;
    };
    for (const auto& [expression, text, found] :
         {Row{"^b", "ab", false}, Row{"^b", "b", true}, Row{"x|^b", "ab", false}, Row{"a|b$", "xb", true},
          Row{"a)b", "xa)b", true}, Row{"a|b)c|d", "b)c", true}, Row{"", "", true}, Row{"^$", "x", false},
          Row{"[)]\\)", "x))", true}, Row{"a.c", "\0a\nc"s, true}, Row{"^\xff", "\xff", true}}) {
        const auto compiled = Expression::compile(expression);
        ASSERT_TRUE(compiled) << expression;
        EXPECT_EQ(compiled->found_in(text, true), found) << expression << " in " << text;
    }
}

/// A quarter of an hour if the search began anew at every byte.
TEST(Expression, IsNotSearchedForForEver) {
    const std::string text(256UL * 1024, 'x');
    for (const auto* expression : {"(x+x+)+y", "(.*)*(.*)*(.*)*y", "((a|x)*)*((a|x)*)*y$"}) {
        const auto compiled = Expression::compile(expression);
        ASSERT_TRUE(compiled);
        EXPECT_FALSE(compiled->found_in(text, true)) << expression;
    }
}

}  // namespace
}  // namespace pulse
