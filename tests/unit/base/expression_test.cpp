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

}  // namespace
}  // namespace pulse
