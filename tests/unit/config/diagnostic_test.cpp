#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

TEST(Diagnostic, MistypedKeyNamesThePlaceAndTheMeantKey) {
    EXPECT_EQ(complaints(in_virtual("    schedular = wlc")),
              "lvs.cf:2:5: error: unknown command: \"schedular\"\n"
              "      schedular = wlc\n"
              "      ^\n"
              "  hint: did you mean \"scheduler\"?\n");
}

TEST(Diagnostic, KeyOfAnotherSectionIsSentThere) {
    EXPECT_EQ(complaints("scheduler = rr\n"),
              "lvs.cf:1:1: error: unknown command: \"scheduler\"\n"
              "  scheduler = rr\n"
              "  ^\n"
              "  hint: this key belongs in a virtual or failover block\n");
}

TEST(Diagnostic, CaretStandsBelowTheValueAfterTabs) {
    EXPECT_EQ(complaints(in_virtual("\tprotocol =\tTCP")),
              "lvs.cf:2:13: error: invalid argument: \"TCP\"\n"
              "  \tprotocol =\tTCP\n"
              "  \t          \t^\n"
              "  hint: did you mean \"tcp\"? the choices are tcp udp sctp\n");
}

TEST(Diagnostic, CaretCountsCharactersWhereTheColumnCountsBytes) {
    EXPECT_EQ(complaints("virtual f\xc3\xbcr x {\n}\n"),
              "lvs.cf:1:14: error: unexpected arguments: \"x\"\n"
              "  virtual f\xc3\xbcr x {\n"
              "              ^\n"
              "  hint: a name with blanks needs quotes\n");
}

TEST(Diagnostic, EmptyFileHasNoLineToShow) {
    EXPECT_EQ(complaints(""), "lvs.cf: error: Empty configuration\n");
}

TEST(Diagnostic, WholeLineHasNoCaret) {
    EXPECT_EQ(format({.severity = Severity::warning, .line = 1, .text = "odd"}, "f", "one\ntwo\n"),
              "f:1: warning: odd\n  one\n");
}

TEST(Diagnostic, ControlCharactersDoNotReachTheTerminal) {
    EXPECT_EQ(complaints("a\x1b[2J = 1\n"),
              "lvs.cf:1:1: error: unknown command: \"a\\x1b[2J\"\n"
              "  a?[2J = 1\n"
              "  ^\n");
}

TEST(Diagnostic, ControlCharactersOfUtf8NeitherAndLettersDo) {
    EXPECT_EQ(complaints("\xc2\x9b"
                         "2J\xc3\xbc = 1\n"),
              "lvs.cf:1:1: error: unknown command: \"\xc2\\x9b2J\xc3\xbc\"\n"
              "  \xc2?2J\xc3\xbc = 1\n"
              "  ^\n");
}

TEST(Diagnostic, LinesAreFoundInCrLfFilesAndAfterAByteOrderMark) {
    EXPECT_EQ(format({.line = 2, .column = 1, .text = "x"}, "f", "\xef\xbb\xbfone\r\ntwo\r\n"),
              "f:2:1: error: x\n  two\n  ^\n");
    EXPECT_EQ(format({.line = 1, .column = 1, .text = "x"}, "f", "\xef\xbb\xbfone"),
              "f:1:1: error: x\n  one\n  ^\n");
}

TEST(Diagnostic, OneLineIsForTheLog) {
    EXPECT_EQ(one_line({.line = 3, .column = 5, .text = "odd", .hint = "mend it"}, "lvs.cf"),
              "lvs.cf:3:5: error: odd (mend it)");
    EXPECT_EQ(one_line({.severity = Severity::warning, .text = "odd"}, "lvs.cf"), "lvs.cf: warning: odd");
}

TEST(Diagnostic, PlaceBeyondTheSourceIsHarmless) {
    EXPECT_EQ(format({.line = 9, .column = 9, .text = "x"}, "f", "one\n"), "f:9:9: error: x\n");
}

TEST(Diagnostic, AllMistakesAreReportedInTheOrderOfTheFile) {
    EXPECT_EQ(errors("keepalive = x\nnosuch = 1\nvirtual a {\nport = 99999\nserver b {\nweight = "
                     "-1\n}\n}\nprimary =\n"),
              (std::vector<std::string>{"1: integer expected: \"x\"", "2: unknown command: \"nosuch\"",
                                        "4: integer out of range: \"99999\"",
                                        "6: integer out of range: \"-1\"", "9: missing arguments"}));
}

TEST(Diagnostic, UndefinedActiveBackupIsClearedInTheOriginalsWords) {
    EXPECT_EQ(complaints("backup = 0.0.0.0\nbackup_active = 1\n"),
              "lvs.cf:2:1: warning: Undefined backup node marked as active? -- clearing that!\n"
              "  backup_active = 1\n"
              "  ^\n"
              "  hint: give the backup's address, or set backup_active = 0\n");
}

TEST(Diagnostic, MissingBraceIsReportedWhereTheNextBlockBegins) {
    EXPECT_EQ(complaints("virtual a {\nserver s {\nweight = 1\nserver t {\n}\n}\n"),
              "lvs.cf:4:1: error: unknown command: \"server\"\n"
              "  server t {\n"
              "  ^\n"
              "  hint: the block that opens on line 2 has no closing brace\n");
}

}  // namespace
}  // namespace pulse::config::testing
