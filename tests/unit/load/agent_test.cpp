#include "pulse/load/agent.h"

#include <gtest/gtest.h>

namespace pulse::load {
namespace {

TEST(Agent, ReadsHaproxysWords) {
    const struct {
        std::string_view sent;
        AgentReply reply;
    } cases[] = {
        {"75%\n", {.percent = 75}},
        {"0%", {.percent = 0}},
        {"1000%\r\n", {.percent = 256}},
        {"drain\n", {.wish = AgentWish::drain, .word = "drain"}},
        {"MAINT\n", {.wish = AgentWish::maint, .word = "maint"}},
        {"up\n", {.wish = AgentWish::ready, .word = "up"}},
        {"ready,50%\n", {.percent = 50, .wish = AgentWish::ready, .word = "ready"}},
        {"drain # \x1b[31mmaint\x07",
         {.wish = AgentWish::drain, .word = "drain", .about = "\\x1b[31mmaint\\x07"}},
        {"down # disk full\n", {.wish = AgentWish::down, .word = "down", .about = "disk full"}},
        {"stopped\n", {.wish = AgentWish::down, .word = "stopped"}},
        {"failed\n", {.wish = AgentWish::down, .word = "failed"}},
        {"maxconn:30 up 10%\nrest", {.percent = 10, .wish = AgentWish::ready, .word = "up"}},
    };
    for (const auto& each : cases) EXPECT_EQ(parse_agent(each.sent), each.reply) << each.sent;
}

TEST(Agent, SaysNothingWithoutAWordOfMeaning) {
    for (const auto* sent : {"", "\n75%", "maxconn:30", "75", "-5%", "%", "x%", "# 75%", "upside"})
        EXPECT_EQ(parse_agent(sent), std::nullopt) << sent;
}

}  // namespace
}  // namespace pulse::load
