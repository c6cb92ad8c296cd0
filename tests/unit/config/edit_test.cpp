#include "pulse/config/edit.h"

#include <sstream>

#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

using Strings = std::vector<std::string>;

const Block& virtual_block(const Document& document, std::size_t index = 0) {
    return *Document::blocks(document.root(), BlockKind::virtual_server).at(index);
}

const Block& server_block(const Document& document, std::size_t index = 0) {
    return *Document::blocks(virtual_block(document), BlockKind::server).at(index);
}

std::string set_global(const std::string& text, const std::string& key, const Strings& values) {
    const auto document = parse(text).document;
    return set_key(document, document.root(), key, values).value_or("(refused)");
}

std::string set_virtual(const std::string& text, const std::string& key, const Strings& values) {
    const auto document = parse(text).document;
    return set_key(document, virtual_block(document), key, values).value_or("(refused)");
}

std::string add_to_file(const std::string& text, const std::string& name) {
    const auto document = parse(text).document;
    return add_block(document, document.root(), BlockKind::virtual_server, name).value_or("(refused)");
}

std::string add_server(const std::string& text, const std::string& name) {
    const auto document = parse(text).document;
    return add_block(document, virtual_block(document), BlockKind::server, name).value_or("(refused)");
}

std::string remove_virtual(const std::string& text, std::size_t index) {
    const auto document = parse(text).document;
    return remove_block(document, virtual_block(document, index)).value_or("(refused)");
}

std::string move_virtual(const std::string& text, std::size_t from, std::size_t to) {
    const auto document = parse(text).document;
    return move_block(document, document.root(), BlockKind::virtual_server, from, to).value_or("(refused)");
}

Strings lines_of(const std::string& text) {
    Strings lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

TEST(SetKey, OfAKeyThatRepeatsReplacesEveryLine) {
    const std::string text =
        "heartbeat_path = 10.0.2.1 10.0.2.2\nkeepalive = 1\nheartbeat_path = 10.0.3.1 10.0.3.2 540\n";
    const auto read = read_text(text);
    EXPECT_TRUE(read.diagnostics.empty());
    ASSERT_EQ(read.config.heartbeat_paths.size(), 2U);
    EXPECT_EQ(read.config.heartbeat_paths[1].port, net::Port{540});
    EXPECT_EQ(set_global(text, "heartbeat_path", {"10.0.4.1", "10.0.4.2"}),
              "keepalive = 1\nheartbeat_path = 10.0.4.1 10.0.4.2\n");
}

TEST(SetKey, ChangesTheValueAndNothingElse) {
    EXPECT_EQ(set_global("\tkeepalive  =  3 \t\nx = 1", "keepalive", {"5"}), "\tkeepalive  =  5 \t\nx = 1");
    EXPECT_EQ(set_global("keepalive=3\r\n", "keepalive", {"5"}), "keepalive=5\r\n");
    EXPECT_EQ(set_global("keepalive = 3 # why\n", "keepalive", {"5"}), "keepalive = 5 # why\n");
    EXPECT_EQ(set_global("nat_router = 10.0.0.1   eth1:1\n", "nat_router", {"10.0.0.2", "eth1:2"}),
              "nat_router = 10.0.0.2 eth1:2\n");
    EXPECT_EQ(set_global("primary =\n", "primary", {"10.0.0.1"}), "primary = 10.0.0.1\n");
}

TEST(SetKey, QuotesWhatNeedsThem) {
    EXPECT_EQ(set_virtual("virtual a {\n    send = x\n}\n", "send", {"GET / HTTP/1.0"}),
              "virtual a {\n    send = \"GET / HTTP/1.0\"\n}\n");
    EXPECT_EQ(set_virtual("virtual a {\n    send = \"a b\"\n}\n", "send", {"say \"hi\""}),
              "virtual a {\n    send = 'say \"hi\"'\n}\n");
    EXPECT_EQ(set_virtual("virtual a {\n    send = x\n}\n", "send", {""}),
              "virtual a {\n    send = \"\"\n}\n");
}

TEST(SetKey, CommentThatWouldBeMisreadMovesUp) {
    EXPECT_EQ(set_global("  active_cmd = a # b\n", "active_cmd", {"x\" y"}),
              "  # b\n  active_cmd = \"x\" y\"\n");
}

TEST(SetKey, RepairsALineThatIsNone) {
    EXPECT_EQ(set_global("  keepalive 3\n", "keepalive", {"5"}), "  keepalive = 5\n");
    EXPECT_EQ(set_virtual("virtual a {\n  send = \"x\n}\n", "send", {"y"}), "virtual a {\n  send = y\n}\n");
}

TEST(SetKey, LastOfSeveralIsTheOneThatCounts) {
    EXPECT_EQ(set_global("keepalive = 1\nkeepalive = 2\n", "keepalive", {"3"}),
              "keepalive = 1\nkeepalive = 3\n");
}

TEST(SetKey, NewKeyGoesBelowTheOthersAndLooksLikeThem) {
    EXPECT_EQ(set_virtual("virtual a {\n\tport = 80\n\n\tserver s {\n\t}\n}\n", "timeout", {"5"}),
              "virtual a {\n\tport = 80\n\ttimeout = 5\n\n\tserver s {\n\t}\n}\n");
    EXPECT_EQ(set_global("primary = 10.0.0.1\r\n\r\nvirtual a {\r\n}\r\n", "keepalive", {"5"}),
              "primary = 10.0.0.1\r\nkeepalive = 5\r\n\r\nvirtual a {\r\n}\r\n");
    EXPECT_EQ(set_global("virtual a {\n}\n", "keepalive", {"5"}), "keepalive = 5\nvirtual a {\n}\n");
    EXPECT_EQ(set_global("# only\nprimary = 10.0.0.1", "keepalive", {"5"}),
              "# only\nprimary = 10.0.0.1\nkeepalive = 5");
}

TEST(SetKey, NewKeyInAnEmptyBlockIsIndentedAsInABlockLikeIt) {
    EXPECT_EQ(set_virtual("virtual a {\n}\nvirtual b {\n  port = 1\n}\n", "port", {"2"}),
              "virtual a {\n  port = 2\n}\nvirtual b {\n  port = 1\n}\n");
    EXPECT_EQ(set_virtual("virtual a {\n}\n", "port", {"2"}), "virtual a {\n    port = 2\n}\n");
}

TEST(SetKey, NewKeyComesBeforeTheServersThatInheritIt) {
    const auto text = set_virtual("virtual a {\n    server s {\n    }\n    active = 1\n}\n", "port", {"81"});
    EXPECT_EQ(read_text(text).config.virtual_servers.at(0).servers.at(0).port, net::Port{81});
}

TEST(SetKey, NewKeyGoesBelowItsCommentedExample) {
    EXPECT_EQ(set_global("a = 1\n# keepalive = 2\n\nb = 1\n# virtual v {\n#   deadtime = 3\n# }\n",
                         "keepalive", {"5"}),
              "a = 1\n# keepalive = 2\nkeepalive = 5\n\nb = 1\n# virtual v {\n#   deadtime = 3\n# }\n");
    EXPECT_EQ(set_global("b = 1\n# virtual v {\n#   deadtime = 3\n# }\n", "deadtime", {"5"}),
              "b = 1\ndeadtime = 5\n# virtual v {\n#   deadtime = 3\n# }\n");
}

TEST(SetKey, OneKeyInTheSampleOfAHundredCommentsChangesOneLine) {
    const auto text = corpus_file("nat-distribution-sample-tabs-comments-fos.cf");
    const auto before = lines_of(text);
    for (const auto& [key, values] : std::vector<std::pair<std::string, Strings>>{
             {"scheduler", {"rr"}}, {"send", {"GET /x HTTP/1.0"}}, {"address", {"10.0.0.9", "eth0:9"}}}) {
        const auto after = lines_of(set_virtual(text, key, values));
        ASSERT_EQ(after.size(), before.size());
        int changed = 0;
        for (std::size_t i = 0; i < before.size(); ++i) changed += before[i] == after[i] ? 0 : 1;
        EXPECT_EQ(changed, 1) << key;
    }
    const auto after = lines_of(set_virtual(text, "quiesce_server", {"1"}));
    EXPECT_EQ(after.size(), before.size() + 1);
}

TEST(SetKey, ValueThatNoLineCanHoldIsRefused) {
    const auto document = parse("a = 1\n").document;
    const auto refused = set_key(document, document.root(), "active_cmd", Strings{"a\nb"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message(), "no line of the file could hold this value for \"active_cmd\"");
}

TEST(UnsetKey, TakesEveryEntryAway) {
    const auto document = parse("# a\nkeepalive = 1\nb = 1\nkeepalive = 2").document;
    EXPECT_EQ(unset_key(document, document.root(), "keepalive"), "# a\nb = 1\n");
    EXPECT_EQ(unset_key(document, document.root(), "deadtime"), document.text());
}

TEST(UnsetKey, ByteOrderMarkOfTheNextLineGoesToo) {
    const auto document = parse("keepalive = 1\n\xef\xbb\xbf# appended\n").document;
    EXPECT_EQ(unset_key(document, document.root(), "keepalive"), "# appended\n");
}

TEST(AddBlock, GoesBehindTheLastOfItsKind) {
    EXPECT_EQ(add_to_file("a = 1\n", "web"), "a = 1\n\nvirtual web {\n}\n");
    EXPECT_EQ(add_to_file("virtual a {\n}\n\nfailover f {\n}", "my web"),
              "virtual a {\n}\n\nvirtual \"my web\" {\n}\n\nfailover f {\n}");
    EXPECT_EQ(add_to_file("a = 1", "web"), "a = 1\n\nvirtual web {\n}");
    EXPECT_EQ(add_to_file("\n", "web"), "\nvirtual web {\n}\n");
}

TEST(AddBlock, ServerLooksLikeItsSiblings) {
    EXPECT_EQ(add_server("virtual a {\n\tport = 1\n}\n", "s"),
              "virtual a {\n\tport = 1\n\tserver s {\n\t}\n}\n");
    EXPECT_EQ(add_server("virtual a {\n  server s {\n  }\n}\n", "t"),
              "virtual a {\n  server s {\n  }\n  server t {\n  }\n}\n");
    EXPECT_EQ(add_server("virtual a {\r\n\r\n  server s {\r\n  }\r\n\r\n}\r\n", "t"),
              "virtual a {\r\n\r\n  server s {\r\n  }\r\n\r\n  server t {\r\n  }\r\n\r\n}\r\n");
}

TEST(AddBlock, BlockThatIsNotClosedStandsInTheWay) {
    const auto document = parse("virtual a {\nport = 1\n").document;
    const auto refused = add_block(document, document.root(), BlockKind::virtual_server, "b");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message(), "line 1: the block that opens here is not closed");
}

TEST(RemoveBlock, TakesItsLinesAndOneBlankAway) {
    const std::string text = "a = 1\n\n# about a\nvirtual a {\n}\n\nvirtual b {\n}\n\nvirtual c {\n}\n";
    EXPECT_EQ(remove_virtual(text, 1), "a = 1\n\n# about a\nvirtual a {\n}\n\nvirtual c {\n}\n");
    EXPECT_EQ(remove_virtual(text, 0), "a = 1\n\n# about a\n\nvirtual b {\n}\n\nvirtual c {\n}\n");
    EXPECT_EQ(remove_virtual(text, 2), "a = 1\n\n# about a\nvirtual a {\n}\n\nvirtual b {\n}\n");
}

TEST(RemoveBlock, BracesOfTwoBlocksOnOneLineStandInTheWay) {
    const auto document = parse("virtual a {\nserver s {\n}}\n").document;
    const auto refused = remove_block(document, server_block(document));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message(), "line 3: more than one block closes here");
}

TEST(RenameBlock, ChangesOnlyTheName) {
    const auto rename = [](const std::string& text, const std::string& name) {
        const auto document = parse(text).document;
        return rename_block(document, virtual_block(document), name).value_or("(refused)");
    };
    EXPECT_EQ(rename(" virtual  a\t{ # x\n}\n", "b"), " virtual  b\t{ # x\n}\n");
    EXPECT_EQ(rename("virtual a{\n}\n", "b c"), "virtual \"b c\" {\n}\n");
    EXPECT_EQ(rename("virtual a{ # x\n}\n", "b"), "virtual b{ # x\n}\n");
    EXPECT_EQ(rename("virtual \"a b\" {\n}\n", "c"), "virtual c {\n}\n");
    EXPECT_EQ(rename("virtual=a {\n}\n", "b"), "virtual b {\n}\n");
    EXPECT_EQ(rename("virtual a {\n}\n", "b\nc"), "(refused)");
}

TEST(MoveBlock, BlocksChangePlacesAndTheRestStays) {
    const std::string text =
        "x = 1\n# of a\nvirtual a {\n}\n\n\nvirtual b {\nport = 1\n}\ny = 1\n\nvirtual c {\n}";
    EXPECT_EQ(move_virtual(text, 0, 2),
              "x = 1\nvirtual b {\nport = 1\n}\n\n\nvirtual c {\n}\ny = 1\n\n# of a\nvirtual a {\n}");
    EXPECT_EQ(move_virtual(text, 2, 0),
              "x = 1\nvirtual c {\n}\n\n\n# of a\nvirtual a {\n}\ny = 1\n\nvirtual b {\nport = 1\n}");
    EXPECT_EQ(move_virtual(text, 1, 1), text);
    EXPECT_EQ(move_virtual(text, 0, 3), "(refused)");
}

}  // namespace
}  // namespace pulse::config::testing
