#include "pulse/base/escape.h"

#include <gtest/gtest.h>

namespace pulse {
namespace {

TEST(Escape, TranslatesItsSequencesAndKeepsTheRest) {
    using std::string_literals::operator""s;
    const struct {
        const char* written;
        std::string text;
        std::optional<std::size_t> unknown = std::nullopt;
    } cases[] = {
        {"", ""},
        {"GET / HTTP/1.0\\r\\n\\r\\n", "GET / HTTP/1.0\r\n\r\n"},
        {"\\t\\'\\\"\\\\", "\t'\"\\"},
        {"\\\\n", "\\n"},
        {"\\\\\\n", "\\\n"},
        {"\\0\\x00\\x7f\\xFf", "\0\0\x7f\xff"s},
        {"\\x410", "A0"},
        {"\\\\x41", "\\x41"},
        {"\\", "\\"},  // one character: left alone
        {"*", "*"},
        {"a\\", "a\\", 1},
        {"\\d+", "\\d+", 0},
        {"10\\.0\\d", "10\\.0\\d", 2},
        {"\\r\\x4", "\r\\x4", 2},
        {"\\x4g", "\\x4g", 0},
        {"\\x+1", "\\x+1", 0},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.written);
        const auto result = unescape(each.written);
        EXPECT_EQ(result.text, each.text);
        EXPECT_EQ(result.unknown, each.unknown);
    }
}

}  // namespace
}  // namespace pulse
