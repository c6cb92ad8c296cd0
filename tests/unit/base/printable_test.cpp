#include "pulse/base/printable.h"

#include <gtest/gtest.h>

namespace pulse {
namespace {

using std::string_literals::operator""s;

TEST(Printable, IsOneLineOfAsciiHoweverStrangeTheBytes) {
    EXPECT_EQ(printable("220 mail\r\n\t\\ \0\x1b[31m\xc3\xa9\x7f"s),
              "220 mail\\r\\n\\t\\\\ \\x00\\x1b[31m\\xc3\\xa9\\x7f");
}

TEST(Printable, IsCutWhereTheLimitIs) {
    EXPECT_EQ(printable("abc", 3), "abc");
    EXPECT_EQ(printable("abcd", 3), "abc...");
}

}  // namespace
}  // namespace pulse
