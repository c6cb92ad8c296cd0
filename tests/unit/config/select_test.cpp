#include "pulse/config/select.h"

#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

using Paths = std::vector<std::string>;

const std::string sample =
    "keepalive = 3\n"
    "virtual web {\nport = 81\n"
    "server rs1.example.com {\nweight = 2\n}\nserver alpha {\n}\nserver alpha {\nweight = 5\n}\n}\n"
    "virtual \"my web\" {\ntimeout = 5\n}\n"
    "failover web {\nport = 82\n}\n";

Paths paths(std::string_view path) {
    const auto document = parse(sample).document;
    const auto found = select(document, path);
    Paths out;
    if (!found) return {"error: " + found.error().message()};
    for (const auto& selection : *found) out.push_back(selection.path);
    return out;
}

std::string value(std::string_view path) {
    const auto document = parse(sample).document;
    const auto config = read_text(sample).config;
    const auto found = select(document, path);
    if (!found || !found->front().key) return "(nothing)";
    std::string out;
    for (const auto& word : values_of(config, found->front())) out += word + ";";
    return out;
}

TEST(Select, KeysAndBlocksByTheirNames) {
    EXPECT_EQ(paths("keepalive"), Paths{"keepalive"});
    EXPECT_EQ(paths("virtual.web"), Paths{"virtual.web"});
    EXPECT_EQ(paths("virtual.web.scheduler"), Paths{"virtual.web.scheduler"});
    EXPECT_EQ(paths("virtual.web.server.rs1.example.com.weight"),
              Paths{"virtual.web.server.rs1.example.com.weight"});
    EXPECT_EQ(paths("virtual.web.server.\"rs1.example.com\""), Paths{"virtual.web.server.rs1.example.com"});
    EXPECT_EQ(paths("virtual.my web.port"), Paths{"virtual.[2].port"});
}

TEST(Select, BlocksByTheirNumber) {
    EXPECT_EQ(paths("virtual.[1]"), Paths{"virtual.web"});
    EXPECT_EQ(paths("virtual.web.server.alpha[2].weight"), Paths{"virtual.web.server.alpha[2].weight"});
    EXPECT_EQ(paths("virtual.web.server.[3].weight"), Paths{"virtual.web.server.alpha[2].weight"});
}

TEST(Select, SeveralAtOnce) {
    EXPECT_EQ(paths("virtual"), (Paths{"virtual.web", "virtual.[2]"}));
    EXPECT_EQ(paths("virtual.*.timeout"), (Paths{"virtual.web.timeout", "virtual.[2].timeout"}));
    EXPECT_EQ(paths("virtual.*.server.*"),
              (Paths{"virtual.web.server.rs1.example.com", "virtual.web.server.alpha[1]",
                     "virtual.web.server.alpha[2]"}));
    EXPECT_EQ(paths("virtual.web.server.alpha"),
              (Paths{"virtual.web.server.alpha[1]", "virtual.web.server.alpha[2]"}));
}

TEST(Select, WhatIsNotThereIsSaidWithWhatIs) {
    EXPECT_EQ(paths("virtual.wep"), Paths{"error: there is no virtual \"wep\"; there is: web, [2]"});
    EXPECT_EQ(
        paths("virtual.web.server.b.weight"),
        Paths{"error: there is no server \"b.weight\" in virtual.web; there is: rs1.example.com, alpha[1], "
              "alpha[2]"});
    EXPECT_EQ(paths("virtual.web.schedular"),
              Paths{"error: no key \"schedular\" in virtual.web: did you mean \"scheduler\"? (in "
                    "\"virtual.web.schedular\")"});
    EXPECT_EQ(paths("scheduler"),
              Paths{"error: no key \"scheduler\" at the top level: this key belongs in a virtual "
                    "or failover block (in \"scheduler\")"});
    EXPECT_EQ(paths("").size(), 1U);
}

TEST(Select, ValuesAreThoseOfTheConfig) {
    EXPECT_EQ(value("keepalive"), "3;");
    EXPECT_EQ(value("deadtime"), "5;");
    EXPECT_EQ(value("primary"), "");
    EXPECT_EQ(value("virtual.web.port"), "81;");
    EXPECT_EQ(value("failover.web.port"), "82;");
    EXPECT_EQ(value("virtual.web.server.alpha[2].weight"), "5;");
    EXPECT_EQ(value("virtual.web.server.alpha[1].port"), "81;");
}

TEST(Select, EveryBlockHasAPathOfItsOwn) {
    const auto document = parse(sample).document;
    Paths all;
    for (const auto& selection : all_blocks(document)) {
        all.push_back(selection.path);
        if (selection.path.empty()) continue;
        const auto found = select(document, selection.path);
        ASSERT_TRUE(found);
        ASSERT_EQ(found->size(), 1U);
        EXPECT_EQ(found->front().block, selection.block);
    }
    EXPECT_EQ(all,
              (Paths{"", "virtual.web", "virtual.web.server.rs1.example.com", "virtual.web.server.alpha[1]",
                     "virtual.web.server.alpha[2]", "virtual.[2]", "failover.web"}));
}

}  // namespace
}  // namespace pulse::config::testing
