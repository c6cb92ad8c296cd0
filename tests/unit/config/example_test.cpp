#include <map>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

#include "pulse/config/keys.h"

#include "helpers.h"

namespace pulse::config::testing {
namespace {

struct Shown {
    std::string value;
    bool active;
};

/// `key = value` and `# key = value` of the example, by section and key.
std::multimap<std::pair<Section, std::string>, Shown> shown_keys() {
    static const std::regex line_shape(R"(^\s*(# )?([\w.]+) = (.+)$)");
    std::multimap<std::pair<Section, std::string>, Shown> shown;
    auto section = Section::global;
    std::istringstream text(file(PULSE_EXAMPLE));
    for (std::string line; std::getline(text, line);) {
        if (line.starts_with("virtual")) section = Section::virtual_server;
        if (line.starts_with("sysctl")) section = Section::sysctl;
        if (line.starts_with("    server")) section = Section::real_server;
        if (line == "    }") section = Section::virtual_server;
        if (line == "}") section = Section::global;
        if (std::smatch match; std::regex_match(line, match, line_shape))
            shown.emplace(std::pair(section, match[2].str()), Shown{match[3].str(), !match[1].matched});
    }
    return shown;
}

TEST(Example, ReadsWithoutAWord) {
    EXPECT_EQ(brief(read_text(file(PULSE_EXAMPLE))), std::vector<std::string>{});
}

TEST(Example, NeedsNoNameResolved) { EXPECT_TRUE(read(file(PULSE_EXAMPLE)).ok()); }

TEST(Example, ShowsEveryKeyInItsSection) {
    const auto shown = shown_keys();
    for (const auto& key : keys())
        EXPECT_TRUE(shown.contains({key.section, std::string(key.name)}))
            << key.name << " " << place_name(key.section);
}

TEST(Example, CommentedKeysShowTheirDefault) {
    for (const auto& [where, shown] : shown_keys()) {
        const auto* key = find_key(where.first, where.second);
        ASSERT_NE(key, nullptr) << where.second;
        if (shown.active || key->default_text.empty()) continue;
        EXPECT_EQ(shown.value, key->default_text) << where.second;
    }
}

TEST(Example, EveryCommentedKeyCanBeSwitchedOn) {
    const auto everything =
        std::regex_replace(file(PULSE_EXAMPLE), std::regex(R"(\n( *)# ([\w.]+ = ))"), "\n$1$2");
    EXPECT_EQ(errors(everything), std::vector<std::string>{});
}

TEST(Example, IsTheClusterOfTheDemo) {
    const auto config = read(file(PULSE_EXAMPLE)).config;
    EXPECT_EQ(config.primary, net::IpAddress::parse("10.0.0.1"));
    EXPECT_EQ(config.backup_private, net::IpAddress::parse("10.0.1.2"));
    EXPECT_TRUE(config.backup_active);
    EXPECT_EQ(config.keepalive, std::chrono::seconds(1));
    EXPECT_EQ(config.deadtime, std::chrono::seconds(3));
    ASSERT_EQ(config.virtual_servers.size(), 1U);
    const auto& web = config.virtual_servers[0];
    EXPECT_TRUE(web.active);
    EXPECT_EQ(web.vip_nmask, net::Netmask::prefix(net::Family::v4, 32));
    ASSERT_EQ(web.servers.size(), 3U);
    EXPECT_EQ(web.servers[2].name, "charlie");
}

}  // namespace
}  // namespace pulse::config::testing
