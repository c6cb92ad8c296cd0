#include <cerrno>

#include <gtest/gtest.h>

#include "messages.h"

namespace pulse::nanny {
namespace {

using health::Change;
using health::Reason;
using health::Verdict;

const Subject web1 = subject_of({.real_server = *net::IpAddress::parse("10.0.0.7"),
                                 .real_port = {8080},
                                 .virtual_address = *net::IpAddress::parse("10.0.0.100"),
                                 .virtual_port = {80},
                                 .send_program = "/bin/check %h"});

TEST(NannyMessages, StartAsTheOriginal) {
    EXPECT_EQ(start_line(web1), "starting LVS client monitor for 10.0.0.100:80 -> 10.0.0.7:8080");
}

TEST(NannyMessages, ChangesAsTheOriginalAndInFull) {
    const Change up{.from = Verdict::unknown, .to = Verdict::up};
    EXPECT_EQ(original_change_line(web1, up), "[ active ] making 10.0.0.7:8080 available");
    EXPECT_EQ(change_line(web1, up, 0), "real server 10.0.0.7:8080 unknown -> up");

    const Change back{.from = Verdict::down, .to = Verdict::up};
    EXPECT_EQ(change_line(web1, back, 12), "real server 10.0.0.7:8080 down -> up (after 12 failed checks)");

    const Change down{.from = Verdict::up, .to = Verdict::down, .reason = "read timed out"};
    EXPECT_EQ(original_change_line(web1, down),
              "[inactive] shutting down 10.0.0.7:8080 due to connection failure");
    EXPECT_EQ(change_line(web1, down, 1), "real server 10.0.0.7:8080 up -> down (read timed out)");

    const Change never_up{.from = Verdict::unknown, .to = Verdict::down, .reason = "connect refused"};
    EXPECT_EQ(original_change_line(web1, never_up), std::nullopt);
}

TEST(NannyMessages, FailuresAsTheOriginalWhereItHadWords) {
    const struct {
        health::Outcome outcome;
        std::optional<std::string> line;
    } cases[] = {
        {{.reason = Reason::connect_timed_out}, "CONNECT to 10.0.0.7:8080 timed out"},
        {{.reason = Reason::connect_refused}, std::nullopt},
        {{.reason = Reason::read_timed_out}, "READ to 10.0.0.7:8080 timed out"},
        {{.reason = Reason::read_failed, .number = ECONNRESET},
         "READ returned error 104:Connection reset by peer"},
        {{.reason = Reason::write_failed, .number = EPIPE},
         "WRITE operation for 10.0.0.7:8080 returned error: Broken pipe"},
        {{.reason = Reason::closed_early, .wanted = 4, .received = 2},
         "READ from 10.0.0.7:8080 was too short[4>=2]"},
        {{.reason = Reason::bad_expression, .detail = "Unmatched ("},
         "Error 'Unmatched (' processing expected regular expression"},
        {{.reason = Reason::program_differs},
         "Trouble. Received results are not what we expected from (10.0.0.7:8080)"},
        {{.reason = Reason::program_exited, .number = 1}, "The following exited abnormally: /bin/check %h"},
        {{.reason = Reason::program_timed_out}, "timeout running the following: /bin/check %h"},
        {{}, std::nullopt},
    };
    for (const auto& each : cases) EXPECT_EQ(failure_line(web1, each.outcome), each.line);
}

}  // namespace
}  // namespace pulse::nanny
