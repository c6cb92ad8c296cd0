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

TEST(PrintableText, LeavesAloneWhatIsPrintableAlready) {
    EXPECT_EQ(printable_text("bad answer: \"\\r\\n\"", 80), "bad answer: \"\\r\\n\"");
    EXPECT_EQ(printable_text("12345678", 8), "12345678");
    EXPECT_EQ(printable_text("123456789", 8), "12345...");
    EXPECT_EQ(printable_text("a\nb\\", 8), "a\\nb\\\\");
    EXPECT_EQ(printable_text("\x1b\x1b\x1b", 8), "\\x1b\\...") << "never longer than asked";
    EXPECT_EQ(printable_text("", 8), "");
}

}  // namespace
}  // namespace pulse
