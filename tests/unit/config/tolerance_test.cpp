#include <array>

#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

struct Row {
    std::string_view line;
    std::string_view value;
    bool warns;
};

TEST(Tolerance, SendIsReadAsMeant) {
    const auto rows = std::to_array<Row>({
        {R"(send = "a b")", "a b", false},
        {R"(send = "hi\"x")", R"(hi\"x)", false},
        {R"(send = "abc\")", R"(abc\)", false},
        {R"(send = "a" b")", R"(a" b)", false},  // the original's way to read it
        {R"(send = ab"c)", R"(ab"c)", false},
        {R"(send = '"')", R"(")", false},
        {R"(send = "a # b")", "a # b", false},
        {R"(send = "GET / HTTP/1.0\r\n\r\n")", R"(GET / HTTP/1.0\r\n\r\n)", false},
        {R"(send="a b")", "a b", true},
        {R"(send ="a b")", "a b", true},
        {R"(send= "a b")", "a b", true},
        {R"(send = "a b" # why)", "a b", true},
        {R"(send = "a b" # say "why")", "a b", true},
        {R"(send = "abc" # why)", "abc", true},
        {R"(send = abc # why)", "abc", true},
        {"send = \"abc\" \t", "abc", true},
        {"send = \"abc\\\" ", "abc\\", true},
        {R"(send = "say \"hi\" now")", R"(say \"hi\" now)", true},
        {R"(send = "<a href="x">")", R"(<a href="x">)", true},
        {R"(send = #abc)", "#abc", true},
        {R"(send = a=b)", "a=b", false},
        {R"(send = {)", "{", false},
    });
    for (const auto& row : rows) {
        SCOPED_TRACE(row.line);
        const auto reading = read_text(in_virtual(row.line));
        EXPECT_TRUE(reading.ok());
        EXPECT_EQ(reading.config.virtual_servers.at(0).send, row.value);
        EXPECT_EQ(!reading.diagnostics.empty(), row.warns) << complaints(in_virtual(row.line));
    }
}

TEST(Tolerance, HeadersAreReadAsMeant) {
    const auto rows = std::to_array<Row>({
        {"virtual a {\n}\n", "a", false},
        {"\t virtual\ta \t{ \n}\n", "a", false},
        {"virtual \"a b\" {\n}\n", "a b", false},
        {"virtual 1 {\n}\n", "1", false},
        {"virtual = {\n}\n", "=", false},  // three words, a name: as in the original
        {"virtual a{\n}\n", "a", true},
        {"virtual \"a b\"{\n}\n", "a b", true},
        {"virtual \"a\" {\n}\n", "a", true},
        {"virtual a { # main\n}\n", "a", true},
        {"virtual a {\n}}\n", "a", true},
    });
    for (const auto& row : rows) {
        SCOPED_TRACE(row.line);
        const auto reading = read_text(row.line);
        ASSERT_FALSE(reading.config.virtual_servers.empty());
        EXPECT_EQ(reading.config.virtual_servers[0].name, row.value);
        EXPECT_EQ(!reading.diagnostics.empty(), row.warns) << complaints(row.line);
    }
}

TEST(Tolerance, AddressAndDeviceMayBeQuoted) {
    const auto reading = read_text(in_virtual("address = \"10.0.0.10\" \"eth0:1\""));
    EXPECT_TRUE(reading.ok());
    const auto address = reading.config.virtual_servers.at(0).address.value_or(DeviceAddress{});
    EXPECT_EQ(address.device, "eth0:1");
    EXPECT_EQ(address.base_device(), "eth0");
}

TEST(Tolerance, CommentAfterAClosingBraceIsNoText) {
    EXPECT_TRUE(read_text("virtual a {\n} # end of a\n").diagnostics.empty());
}

TEST(Tolerance, CarriageReturnsEndLinesAndAreMentionedOnce) {
    const auto reading = read_text("keepalive = 1\r\ndeadtime = 4\r\nvirtual a {\r\n}\r\n");
    EXPECT_EQ(brief(reading), (std::vector<std::string>{"1: warning: the line ends with a carriage return"}));
    EXPECT_EQ(reading.config.deadtime, std::chrono::seconds(4));
    EXPECT_EQ(reading.config.virtual_servers.at(0).name, "a");
}

TEST(Tolerance, ByteOrderMarkOfAnAppendedFileIsSkipped) {
    const auto reading = read_text(
        "keepalive = 1\n\xef\xbb\xbf"
        "deadtime = 4\n");
    EXPECT_EQ(brief(reading),
              (std::vector<std::string>{"2: warning: a UTF-8 byte order mark before the line"}));
    EXPECT_EQ(reading.config.deadtime, std::chrono::seconds(4));
}

TEST(Tolerance, ByteOrderMarksAfterBlanksAreSkipped) {
    const auto reading = read_text(
        "keepalive = 1\n \xef\xbb\xbf\t\xef\xbb\xbf"
        "deadtime = 4\n");
    EXPECT_EQ(brief(reading),
              (std::vector<std::string>{"2: warning: a UTF-8 byte order mark before the line"}));
    EXPECT_EQ(reading.config.deadtime, std::chrono::seconds(4));
}

TEST(Tolerance, BraceOnTheNextLineIsRefusedAndStillUnderstood) {
    const auto reading = read_text("virtual a\n\n{\nport = 81\n}\nkeepalive = 3\n");
    EXPECT_EQ(brief(reading), (std::vector<std::string>{"1: error: missing arguments"}));
    EXPECT_EQ(reading.config.virtual_servers.at(0).port, net::Port{81});
    EXPECT_EQ(reading.config.keepalive, std::chrono::seconds(3));
}

TEST(Tolerance, MistypedBlockIsReadAsTheMeantOne) {
    EXPECT_EQ(errors("vitrual a {\nport = x\n}\n"),
              (std::vector<std::string>{"1: unknown command: \"vitrual\"", "2: invalid argument: \"x\""}));
}

TEST(Tolerance, VirtualInsideAVirtualMeansAMissingBrace) {
    const auto reading = read_text("virtual a {\nserver s {\n}\nvirtual b {\n}\n");
    EXPECT_EQ(brief(reading), (std::vector<std::string>{"4: error: unknown command: \"virtual\""}));
    ASSERT_EQ(reading.config.virtual_servers.size(), 2U);
    EXPECT_EQ(reading.config.virtual_servers[1].name, "b");
}

TEST(Tolerance, AssignmentToABlockWordIsNoBlock) {
    EXPECT_EQ(errors("virtual = 10.0.0.1:80\nkeepalive = x\n"),
              (std::vector<std::string>{"1: unknown command: \"virtual\"", "2: integer expected: \"x\""}));
}

TEST(Tolerance, OneLineBlockIsRefusedAndClosed) {
    for (const auto* text : {"virtual a { }\nkeepalive = 3\n", "virtual a {}\nkeepalive = 3\n",
                             "virtual a { port = 81 }\nkeepalive = 3\n"}) {
        SCOPED_TRACE(text);
        const auto reading = read_text(text);
        EXPECT_EQ(reading.diagnostics.size(), 1U) << complaints(text);
        EXPECT_EQ(reading.config.keepalive, std::chrono::seconds(3));
    }
}

}  // namespace
}  // namespace pulse::config::testing
