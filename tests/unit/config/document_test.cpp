#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

TEST(Document, TokensKnowTheirExactBytes) {
    const std::string text = "\tsend =  \"a b\" \nvirtual 'my vs' {\n}\n";
    const auto document = parse(text).document;
    const auto& entry = std::get<Entry>(document.root().statements.at(0).content);
    EXPECT_EQ(entry.key.begin, 1U);
    EXPECT_EQ(text.substr(entry.values.at(0).begin, entry.values.at(0).end - entry.values.at(0).begin),
              "\"a b\"");
    EXPECT_EQ(document.value(entry.values.at(0)), "a b");
    const auto place = document.place(entry.values.at(0));
    EXPECT_EQ(place.line, 1);
    EXPECT_EQ(place.column, 10);
    const auto& block = std::get<Block>(document.root().statements.at(1).content);
    const auto name = block.name.value_or(Token{});
    EXPECT_EQ(document.value(name), "my vs");
    EXPECT_EQ(name.quote, '\'');
}

TEST(Document, EveryLineIsKeptWithItsKind) {
    const auto document = parse("# c\n\nkeepalive = 3\nvirtual a {\n\t# inner\n}\nother {\n x\n}\n").document;
    std::vector<LineKind> kinds;
    for (const auto& line : document.lines()) kinds.push_back(line.kind);
    using enum LineKind;
    EXPECT_EQ(kinds, (std::vector<LineKind>{comment, blank, entry, block_open, comment, block_close, foreign,
                                            foreign, foreign}));
}

TEST(Document, BlocksKnowTheirLinesAndNesting) {
    const auto document = parse("virtual a {\nport = 1\nserver s {\n}\n}\nfailover f {\n}\n").document;
    const auto virtuals = Document::blocks(document.root(), BlockKind::virtual_server);
    ASSERT_EQ(virtuals.size(), 1U);
    EXPECT_EQ(virtuals[0]->first_line, 1);
    EXPECT_EQ(virtuals[0]->last_line, 5);
    EXPECT_TRUE(virtuals[0]->closed);
    const auto servers = Document::blocks(*virtuals[0], BlockKind::server);
    ASSERT_EQ(servers.size(), 1U);
    EXPECT_EQ(servers[0]->last_line, 4);
    EXPECT_EQ(Document::blocks(document.root(), BlockKind::failover).at(0)->first_line, 6);
    ASSERT_NE(document.find(*virtuals[0], "port"), nullptr);
    EXPECT_EQ(document.find(document.root(), "port"), nullptr);
}

TEST(Document, UnclosedBlocksSaySo) {
    const auto document = parse("virtual a {\nserver s {\nweight = 1").document;
    const auto& block = std::get<Block>(document.root().statements.at(0).content);
    EXPECT_FALSE(block.closed);
    EXPECT_EQ(block.last_line, 3);
}

TEST(Document, FindGivesTheLastEntryOfAKey) {
    const auto document = parse("keepalive = 1\nkeepalive = 2\n").document;
    const auto* entry = document.find(document.root(), "keepalive");
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(document.place(entry->key).line, 2);
}

TEST(Document, SurvivesBeingCopiedAndMoved) {
    auto document = parse("a = b\n").document;
    const auto copy = document;
    const auto moved = std::move(document);
    const auto* entry = moved.find(moved.root(), "a");
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(moved.value(entry->values.at(0)), "b");
    EXPECT_EQ(copy.value(copy.find(copy.root(), "a")->values.at(0)), "b");
}

TEST(Document, ForeignBlockEndsAtItsOwnBrace) {
    const auto reading = read_text("other {\n a {\n }\n \"}\" # }\n}\nkeepalive = 3\n");
    EXPECT_EQ(reading.config.keepalive, std::chrono::seconds(3));
    EXPECT_EQ(reading.diagnostics.size(), 1U);
}

TEST(Document, UnclosedForeignBlockDoesNotSwallowTheVirtualAfterIt) {
    const auto reading = read_text("global_defs {\n router_id x\nvirtual a {\nport = 81\n}\n");
    ASSERT_EQ(reading.config.virtual_servers.size(), 1U);
    EXPECT_EQ(reading.config.virtual_servers[0].port, net::Port{81});
}

}  // namespace
}  // namespace pulse::config::testing
