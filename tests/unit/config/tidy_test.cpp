#include "pulse/config/tidy.h"

#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

std::string tidied(std::string_view text) {
    const auto parsed = parse(text);
    EXPECT_FALSE(has_errors(parsed.diagnostics)) << text;
    return tidy(parsed.document);
}

TEST(Tidy, GivesOneStyle) {
    EXPECT_EQ(
        tidied("\xef\xbb\xbf\n\n  keepalive=3   # often\r\n\n\n\ndeadtime\t=  9\nvirtual   web{ # main\n\n"
               "port = 80\n#inner\n\tserver a {\nactive = 1\n\n}} # the end\n"),
        "# often\n"
        "keepalive = 3\n"
        "\n"
        "deadtime = 9\n"
        "# main\n"
        "virtual web {\n"
        "    port = 80\n"
        "    #inner\n"
        "    server a {\n"
        "        active = 1\n"
        "    }\n"
        "} # the end\n");
}

TEST(Tidy, BlockWithoutANameHasOneBlankBeforeItsBrace) {
    EXPECT_EQ(tidied("sysctl{\nnet.ipv4.ip_forward=1\n}\n"), "sysctl {\n    net.ipv4.ip_forward = 1\n}\n");
}

TEST(Tidy, ClosesWhatIsOpen) {
    EXPECT_EQ(tidied("virtual a {\nserver s {\nweight = 2"),
              "virtual a {\n    server s {\n        weight = 2\n    }\n}\n");
}

TEST(Tidy, TextAfterABraceBecomesTheCommentItWas) {
    EXPECT_EQ(tidied("virtual a {\n} end of a\n"), "virtual a {\n} # end of a\n");
}

TEST(Tidy, QuotesThatTheOriginalRefusesAreWrittenOtherwise) {
    EXPECT_EQ(
        tidied("virtual \"a\" {\n send = \"abc\" \naddress = \"10.0.0.1\" eth0:1\n send = \"a b\"\n}\n"),
        "virtual a {\n    send = \"abc\"\n    address = 10.0.0.1 eth0:1\n    send = \"a b\"\n}\n");
}

TEST(Tidy, QuotesOfALineWithoutAnEqualSignStay) {
    const auto once = tidied("a: \"=b\" has it\n");
    EXPECT_EQ(once, "a: \"=b\" has it\n");
    EXPECT_EQ(tidied(once), once);
}

TEST(Tidy, FileOfBlankLinesStaysOne) { EXPECT_EQ(tidied("\n\n \n"), "\n"); }

TEST(Tidy, MeansTheSameAndIsTidy) {
    for (const auto& path : corpus()) {
        SCOPED_TRACE(path);
        const auto text = file(path);
        if (has_errors(parse(text).diagnostics)) continue;
        const auto once = tidied(text);
        EXPECT_EQ(read_text(once).config, read_text(text).config);
        EXPECT_EQ(tidied(once), once);
        EXPECT_TRUE(parse(once).diagnostics.empty());
    }
}

}  // namespace
}  // namespace pulse::config::testing
