#include "manual.h"

#include <gmock/gmock.h>

#include "pulse/runtime/file.h"

namespace pulse::manual {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Manual, PageExplainsEveryKey) {
    const auto outline = runtime::read_file(PULSE_OUTLINE);
    ASSERT_TRUE(outline);
    const auto manual = page(*outline);
    EXPECT_THAT(manual, Not(HasSubstr("@")));
    std::size_t at = 0;
    for (const auto& key : config::keys()) {  // in the order of the table: sections follow each other
        const auto entry = manual.find("\n.BR " + std::string(key.name) + " \" = ", at);
        ASSERT_NE(entry, std::string::npos) << key.name;
        at = entry;
        EXPECT_THAT(manual.substr(at, 600), HasSubstr(escaped(key.help))) << key.name;
        EXPECT_THAT(manual.substr(at, 600),
                    HasSubstr(escaped(std::string(key.name) + " = " + std::string(key.example))));
    }
}

TEST(Manual, TextIsProtectedFromTroff) {
    EXPECT_EQ(escaped(R"(a\r - b)"), R"(a\er \- b)");
    EXPECT_EQ(escaped(".cf"), "\\&.cf");
    EXPECT_EQ(escaped("'x'"), "\\&'x'");
}

}  // namespace
}  // namespace pulse::manual
