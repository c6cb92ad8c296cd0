#include <algorithm>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/ipvs/command_line.h"

namespace pulse::ipvs {
namespace {

std::string content(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(PULSE_TEST_DATA "/../../" + file).rdbuf();
    return text.str();
}

/// A manual page without its backslashes.
std::string manual(const std::string& page) {
    auto text = content("docs/man/" + page);
    std::erase(text, '\\');
    return text;
}

TEST(Usage, HelpManualAndCompletionsNameEveryOption) {
    const auto page = manual("ipvsadm.8");
    const auto bash = content("tools/ipvsadm/completion/ipvsadm.bash");
    const auto zsh = content("tools/ipvsadm/completion/_ipvsadm");
    EXPECT_GT(long_options().size(), 50U);
    for (const auto word : long_options()) {
        const auto option = "--" + std::string(word);
        EXPECT_THAT(usage(), testing::HasSubstr(option));
        EXPECT_THAT(page, testing::HasSubstr(option));
        EXPECT_THAT(bash, testing::HasSubstr(option));
        EXPECT_THAT(zsh, testing::HasSubstr(option));
    }
}

}  // namespace
}  // namespace pulse::ipvs
