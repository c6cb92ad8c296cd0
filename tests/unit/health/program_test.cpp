#include "pulse/health/program.h"

#include <gtest/gtest.h>

namespace pulse::health {
namespace {

TEST(Program, JudgesExitAndOutput) {
    const struct {
        ProgramRun run;
        std::optional<std::string> expect;
        Reason reason = Reason::none;
    } cases[] = {
        {{.output = "OK\n"}, "OK", Reason::none},
        {{.output = "OK"}, "OK", Reason::none},  // the original would have compared "O"
        {{.output = "OK\n\n"}, "OK", Reason::program_differs},
        {{.output = "OK\r\n"}, "OK", Reason::program_differs},
        {{.output = "OK\r\n"}, "OK\r", Reason::none},
        {{.output = "OK then"}, "OK", Reason::program_differs},  // no prefix
        {{.output = "anything"}, "*", Reason::program_differs},  // and no star
        {{.output = ""}, "OK", Reason::program_differs},
        {{.output = ""}, "", Reason::none},
        {{.output = "\n"}, "", Reason::none},
        {{.output = "OK", .truncated = true}, "OK", Reason::program_differs},
        // Failed but with the right output: the original took these for up.
        {{.status = 1, .output = "OK\n"}, "OK", Reason::program_exited},
        {{.signal = 15, .output = "OK\n"}, "OK", Reason::program_killed},
        // Nothing expected: the original was always down.
        {{.output = "chatter\n"}, std::nullopt, Reason::none},
        {{.output = "chatter\n", .truncated = true}, std::nullopt, Reason::none},
        {{.status = 2}, std::nullopt, Reason::program_exited},
        {{.signal = 9}, std::nullopt, Reason::program_killed},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(testing::Message() << each.run.output << '/' << each.expect.value_or("(nothing)"));
        const auto outcome = judge(each.run, each.expect);
        EXPECT_EQ(outcome.reason, each.reason);
        EXPECT_EQ(outcome.number, each.run.status + each.run.signal);
    }
}

}  // namespace
}  // namespace pulse::health
