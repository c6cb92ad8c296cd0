#include "pulse/base/escape.h"

#include <gtest/gtest.h>

namespace pulse {
namespace {

TEST(Escape, TranslatesTheSixSequencesAndKeepsTheRest) {
    const struct {
        const char* written;
        const char* text;
        bool kept_unknown;
    } cases[] = {
        {"", "", false},
        {"GET / HTTP/1.0\\r\\n\\r\\n", "GET / HTTP/1.0\r\n\r\n", false},
        {"\\t\\'\\\"\\\\", "\t'\"\\", false},
        {"\\\\n", "\\n", false},
        {"\\\\\\n", "\\\n", false},
        {"\\", "\\", false},  // one character: left alone
        {"*", "*", false},
        {"a\\", "a\\", true},
        {"\\d+", "\\d+", true},
        {"\\x41\\r", "\\x41\r", true},
        {"10\\.0", "10\\.0", true},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.written);
        const auto result = unescape(each.written);
        EXPECT_EQ(result.text, each.text);
        EXPECT_EQ(result.kept_unknown, each.kept_unknown);
    }
}

}  // namespace
}  // namespace pulse
