// Every input of piranha.md, appendix A, with the original's verdict and ours.

#include <array>
#include <ostream>

#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

/// What we say of a row. "Same" rows repeat the original; the others say why they do not.
enum class Verdict {
    ok,          ///< accepted without a word
    ok_warning,  ///< accepted with a warning: either the original refuses it, or it hides a fault
    refused,     ///< an error that begins with the text given
};

struct Row {
    std::string_view text;
    Verdict verdict = Verdict::ok;
    std::string_view says;          ///< "LINE: TEXT": the first diagnostic starts like this
    std::string_view why_not_same;  ///< empty: the original's verdict
};

void expect_verdict(const Row& row, const std::string& text) {
    SCOPED_TRACE(text);
    const auto reading = read_text(text);
    EXPECT_EQ(reading.ok(), row.verdict != Verdict::refused);
    if (row.verdict == Verdict::ok) {
        EXPECT_EQ(brief(reading), std::vector<std::string>{});
        return;
    }
    ASSERT_FALSE(reading.diagnostics.empty());
    std::string first;
    for (const auto& d : reading.diagnostics)
        if (first.empty() && (d.severity == Severity::error) == (row.verdict == Verdict::refused))
            first = std::to_string(d.line) + ": " + d.text;
    EXPECT_EQ(first.substr(0, row.says.size()), row.says);
}

using enum Verdict;
constexpr std::string_view read_as_meant = "DESIGN 3a: read as meant, with a warning";

constexpr auto global_rows = std::to_array<Row>({
    {"", refused, "0: Empty configuration"},
    {"\n\n"},
    {"keepalive = 3", Verdict::ok_warning, "1: the last line has no line end",
     "a file that is cut off inside its last line looks like that"},
    {" \n\t\n# comment\nkeepalive = 3\n"},
    {"keepalive = 3 \n"},
    {"keepalive = \"3\"\n"},
    {"keepalive = 0x4\n"},
    {"keepalive = 03\n"},
    {"keepalive = 0x10\n", ok_warning, "1: deadtime is not longer",
     "16 exceeds the default deadtime, which flaps"},
    {"keepalive = 010\n", ok_warning, "1: deadtime is not longer",
     "8, as in the original, with a word on octal"},
    {"keepalive = -5\n", refused, "1: integer out of range: \"-5\"", "a negative time has no sane meaning"},
    {"keepalive = \"\"\n", refused, "1: integer out of range: \"\"", "0: heartbeats without a pause"},
    {"keepalive = \"3\" \n", ok_warning, "1: quotes that the original", read_as_meant},
    {"keepalive = 6s\n", ok_warning, "1: deadtime is not longer", "durations may have units"},
    {"keepalive = 6x\n", refused, "1: integer expected"},
    {"keepalive 3\n", refused, "1: equal (=) expected after command"},
    {"keepalive\n", refused, "1: equal (=) expected after command"},
    {"keepalive =3\n", ok_warning, "1: no blanks around the equal sign", read_as_meant},
    {"keepalive=3\n", ok_warning, "1: no blanks around the equal sign", read_as_meant},
    {"Keepalive = 3\n", refused, "1: unknown command"},
    {"= = =\n", refused, "1: unknown command"},
    {"\xef\xbb\xbfkeepalive = 3\n", ok_warning, "1: a UTF-8 byte order mark", read_as_meant},
    {"primary = \n", refused, "1: missing arguments"},
    {"primary = 10.0.0.1 # c\n", ok_warning, "1: a comment after other text", read_as_meant},
    {"primary = 10.0.0.1 c\n", refused, "1: unexpected arguments"},
    {"primary = 0.0.0.0\n", refused, "1: invalid host name or ip address"},
    {"primary_private = 0.0.0.0\n", refused, "1: invalid host name or ip address"},
    {"backup_private = 0.0.0.0\n", refused, "1: invalid host name or ip address"},
    {"backup = 0.0.0.0\n"},
    {"primary = 10.1\n"},
    {"primary = 300.1.1.1\n", refused, "1: invalid argument"},
    {"backup_active = 2\n", refused, "1: boolean expected"},
    {"backup_active = yes\n", refused, "1: integer expected"},
    {"heartbeat_port = http\n"},
    {"heartbeat_port = nosuch\n", refused, "1: invalid argument"},
    {"service = xyz\n", refused, "1: invalid argument"},
    {"network = NAT\n", refused, "1: invalid argument"},
    {"reservation_conflict_action = foo\n", refused, "1: invalid argument"},
    {"nat_router = 10.0.0.1\n", refused, "1: missing arguments"},
    {"nat_router = 10.0.0.1 eth1 x\n", refused, "1: unexpected arguments"},
    {"active_cmd = /bin/a b\n", refused, "1: unexpected arguments"},
    {"active_cmd = \"/bin/a b\"\n"},
    {"primary = 10.0.0.1\r\nkeepalive = bad\r\n", refused, "2: integer expected",
     "CR LF is LF; the original never looks at the second line"},
});

constexpr auto block_rows = std::to_array<Row>({
    {"virtual a {\nport = 1\n}\n"},
    {"virtual a {\nport = 1\n", ok_warning, "1: the block that opens here is not closed",
     "accepted, not silently"},
    {"virtual a {\nport = 1\n} junk\n", ok_warning, "3: text after a closing brace",
     "accepted, not silently"},
    {"virtual a {\n}\n}\n", refused, "3: unknown command"},
    {"virtual a{\n}\n", ok_warning, "1: no blank before the brace", read_as_meant},
    {"virtual a\n{\n}\n", refused, "1: missing arguments"},
    {"virtual {\n}\n", refused, "1: missing arguments"},
    {"virtual a { }\n", refused, "1: unexpected arguments"},
    {"virtual \"my vs\" {\n}\n"},
    {"virtual \"abc\" {\n}\n", ok_warning, "1: quotes that the original", read_as_meant},
    {"primary = 10.0.0.1\nbackup_private = 10.9.9.9\n", ok_warning,
     "2: backup_private without primary_private", "the value is dropped as in the original, not silently"},
});

constexpr auto virtual_rows = std::to_array<Row>({
    {"send = \"abc\""},
    {"send = \"a b\" "},
    {"send = \"\""},
    {"send = GET"},
    {"send = 'a b'"},
    {"send = abc\"def"},
    {"send = \"abc\" ", ok_warning, "2: quotes that the original", read_as_meant},
    {"send = \"a b", refused, "2: quotation mismatch",
     "the original says missing arguments here, misleadingly"},
    {"send = \"a b\" x", refused, "2: unexpected arguments"},
    {"send = GET / HTTP", refused, "2: unexpected arguments"},
    {"address = 10.0.0.1", refused, "2: missing arguments"},
    {"scheduler = sed", ok, "", "schedulers newer than the original are welcome"},
    {"scheduler = nosuch", refused, "2: invalid argument"},
    {"protocol = TCP", refused, "2: invalid argument"},
    {"scheduler = wlc\nscheduler = rr", ok_warning, "3: \"scheduler\" is given more than once",
     "not silently"},
    {"pmask = garbage", ok_warning, "2: Bad subnet mask specified",
     "ignored as in the original, not silently"},
    {"vip_nmask = garbage", refused, "2: Bad subnet mask specified"},
    {"sorry_server = somehost", refused, "2: invalid host name or ip address"},
    {"dirs = [ a b ]"},
    {"dirs = [a b]", refused, "2: list expected"},
    {"fwmark = abc", refused, "2: integer expected"},
    {"quiesce_server = 2", refused, "2: boolean expected"},
    {"nmask = 255.255.255.0", refused, "2: unknown command"},
    {"expect_program = x", refused, "2: unknown command"},
    {"deadtime = 6", refused, "2: unknown command"},
    {"heartbeat = 1", refused, "2: unknown command"},
});

constexpr auto server_rows = std::to_array<Row>({
    {"nmask = 255.255.255.0", refused, "3: unknown command"},
    {"port = http", refused, "3: integer expected"},
    {"address = unresolvable-name", refused, "3: invalid argument"},
});

TEST(AppendixA, GlobalInputs) {
    for (const auto& row : global_rows) expect_verdict(row, std::string(row.text));
}

TEST(AppendixA, BlockInputs) {
    for (const auto& row : block_rows) expect_verdict(row, std::string(row.text));
}

TEST(AppendixA, InputsInsideAVirtual) {
    for (const auto& row : virtual_rows) expect_verdict(row, in_virtual(row.text));
}

TEST(AppendixA, InputsInsideAServer) {
    for (const auto& row : server_rows) expect_verdict(row, in_server(row.text));
}

TEST(AppendixA, IntegersReadAsInC) {
    EXPECT_EQ(read_text("keepalive = 0x10\n").config.keepalive, std::chrono::seconds(16));
    EXPECT_EQ(read_text("keepalive = 010\n").config.keepalive, std::chrono::seconds(8));
    EXPECT_EQ(read_text("keepalive = \"3\"\n").config.keepalive, std::chrono::seconds(3));
    EXPECT_EQ(read_text("serial_no = -5\n").config.serial_no, -5);
    EXPECT_EQ(read_text("heartbeat_port = http\n").config.heartbeat_port, net::Port{80});
    EXPECT_EQ(read_text("primary = 10.1\n").config.primary, net::IpAddress::parse("10.0.0.1"));
}

TEST(AppendixA, ServerBeforeThePortKeepsPort80) {
    const auto reading = read_text(in_virtual("server early {\n}\nport = 8080\nserver late {\n}"));
    const auto& servers = reading.config.virtual_servers.at(0).servers;
    EXPECT_EQ(servers.at(0).port, net::Port{80});
    EXPECT_EQ(servers.at(1).port, net::Port{8080});
}

TEST(AppendixA, LaterDuplicateWins) {
    EXPECT_EQ(read_text(in_virtual("scheduler = wlc\nscheduler = rr")).config.virtual_servers.at(0).scheduler,
              "rr");
}

TEST(AppendixA, BackupPrivateWithoutPrimaryPrivateBecomesBackup) {
    const auto config =
        read_text("primary = 10.0.0.1\nbackup = 10.0.0.2\nbackup_private = 10.9.9.9\n").config;
    EXPECT_EQ(config.primary_private, net::IpAddress::parse("10.0.0.1"));
    EXPECT_EQ(config.backup_private, net::IpAddress::parse("10.0.0.2"));
}

}  // namespace
}  // namespace pulse::config::testing
