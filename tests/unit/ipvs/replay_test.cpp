#include "pulse/ipvs/replay.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::ipvs {
namespace {

const Service web{.id = tcp("10.0.0.1", 80)};
const Destination server{.endpoint = at("10.0.0.2", 80)};

TEST(Replay, StepsMakeTheTableThePlanWants) {
    const Table wanted{entry(web, {server, {.endpoint = at("10.0.0.3", 80), .weight = 4}})};
    Table table;
    for (const auto& step : plan({}, wanted)) EXPECT_EQ(replay(table, step), 0) << describe(step);
    EXPECT_EQ(table, wanted);
    for (const auto& step : plan(wanted, {})) EXPECT_EQ(replay(table, step), 0) << describe(step);
    EXPECT_TRUE(table.empty());
}

TEST(Replay, RefusesWhatTheKernelRefuses) {
    Table table;
    EXPECT_EQ(replay(table, EditService{web}), ESRCH);
    EXPECT_EQ(replay(table, DeleteService{web.id}), ESRCH);
    EXPECT_EQ(replay(table, AddDestination{web.id, server}), ESRCH);
    EXPECT_EQ(replay(table, EditDestination{web.id, server}), ESRCH);
    EXPECT_EQ(replay(table, DeleteDestination{web.id, server.endpoint}), ESRCH);
    EXPECT_TRUE(table.empty());

    EXPECT_EQ(replay(table, AddService{web}), 0);
    EXPECT_EQ(replay(table, AddService{web}), EEXIST);
    EXPECT_EQ(replay(table, EditDestination{web.id, server}), ENOENT);
    EXPECT_EQ(replay(table, DeleteDestination{web.id, server.endpoint}), ENOENT);
    EXPECT_EQ(replay(table, AddDestination{web.id, server}), 0);
    EXPECT_EQ(replay(table, AddDestination{web.id, server}), EEXIST);
    auto upside_down = server;
    upside_down.lower_threshold = 5;
    EXPECT_EQ(replay(table, EditDestination{web.id, upside_down}), ERANGE);
    EXPECT_EQ(table, Table{entry(web, {server})});
}

TEST(Replay, EditingReplacesAll) {
    Table table{entry(web, {server})};
    const Service edited{.id = web.id, .scheduler = "rr", .persistence = persistent(60)};
    const Destination moved{.endpoint = server.endpoint, .forwarding = Forwarding::masquerade, .weight = 0};
    EXPECT_EQ(replay(table, EditService{edited}), 0);
    EXPECT_EQ(replay(table, EditDestination{web.id, moved}), 0);
    EXPECT_EQ(table, Table{entry(edited, {moved})});
}

}  // namespace
}  // namespace pulse::ipvs
