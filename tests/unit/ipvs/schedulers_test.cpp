#include "pulse/ipvs/schedulers.h"

#include <set>

#include <gtest/gtest.h>

#include "pulse/ipvs/command_line.h"

namespace pulse::ipvs {
namespace {

TEST(Schedulers, AreFoundByNameOnly) {
    ASSERT_NE(find_scheduler("wlc"), nullptr);
    EXPECT_EQ(find_scheduler("wlc")->title, "weighted least connections");
    EXPECT_EQ(find_scheduler("WLC"), nullptr);
    EXPECT_EQ(find_scheduler("wl"), nullptr);
    EXPECT_EQ(find_scheduler(""), nullptr);
}

TEST(Schedulers, EachHasItsOwnNameThatTheKernelCanHold) {
    std::set<std::string_view> names;
    for (const auto& scheduler : schedulers()) {
        EXPECT_TRUE(names.insert(scheduler.name).second) << scheduler.name;
        EXPECT_FALSE(scheduler.name.empty());
        EXPECT_LE(scheduler.name.size(), 15U);
        EXPECT_FALSE(scheduler.title.empty());
        EXPECT_EQ(find_scheduler(scheduler.name), &scheduler);
    }
}

TEST(Schedulers, TheHelpTextNamesThemAll) {
    std::string names;
    for (const auto& scheduler : schedulers()) names += " " + std::string(scheduler.name);
    EXPECT_NE(usage().find(names + " (default wlc)\n"), std::string::npos) << usage();
}

}  // namespace
}  // namespace pulse::ipvs
