#include "pulse/health/outcome.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace pulse::health {
namespace {

TEST(Outcome, EveryReasonHasItsWords) {
    const struct {
        Outcome outcome;
        const char* words = nullptr;
    } cases[] = {
        {{.reason = Reason::none}, ""},
        {{.reason = Reason::connect_refused}, "connect refused"},
        {{.reason = Reason::connect_timed_out}, "connect timed out"},
        {{.reason = Reason::connect_failed, .number = EHOSTUNREACH}, "connect failed: No route to host"},
        {{.reason = Reason::write_failed, .number = EPIPE}, "write failed: Broken pipe"},
        {{.reason = Reason::write_timed_out}, "write timed out"},
        {{.reason = Reason::read_failed, .number = ECONNRESET}, "read failed: Connection reset by peer"},
        {{.reason = Reason::read_timed_out}, "read timed out"},
        {{.reason = Reason::closed_early}, "closed before expected bytes"},
        {{.reason = Reason::answer_differs}, "answer differs"},
        {{.reason = Reason::bad_expression, .detail = "Unmatched ("}, "bad regular expression: Unmatched ("},
        {{.reason = Reason::program_exited, .number = 3}, "program exited with status 3"},
        {{.reason = Reason::program_killed, .number = 9}, "program killed by signal 9"},
        {{.reason = Reason::program_timed_out}, "program timed out"},
        {{.reason = Reason::program_cannot_run, .number = ENOENT},
         "program cannot be run: No such file or directory"},
        {{.reason = Reason::program_differs}, "program's output differs"},
        {{.reason = Reason::forced_down}, "forced down"},
        {{.reason = Reason::local_failure, .number = EMFILE}, "cannot check: Too many open files"},
    };
    for (const auto& each : cases) {
        EXPECT_EQ(text(each.outcome), each.words);
        EXPECT_EQ(each.outcome.good(), each.outcome.reason == Reason::none);
    }
}

}  // namespace
}  // namespace pulse::health
