#include "kernel_settings.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace pulse::lvsd {
namespace {

using std::chrono::seconds;

const TimePoint start{std::chrono::hours(1)};

/// A kernel in memory, which may refuse.
struct FakeKernel {
    std::map<std::string, int, std::less<>> sysctls;
    ipvs::Timeouts timeouts{seconds(900), seconds(120), seconds(300)};
    bool refuses = false;
    int writes = 0;

    KernelSettings::Kernel functions() {
        return {.read = [this](std::string_view name) -> std::optional<int> {
                    const auto found = sysctls.find(name);
                    return found == sysctls.end() ? std::nullopt : std::optional(found->second);
                },
                .write = [this](std::string_view name, int value) -> Result<void> {
                    ++writes;
                    if (refuses) return fail_errno("setting", EACCES);
                    sysctls[std::string(name)] = value;
                    return {};
                },
                .timeouts = [this]() -> Result<ipvs::Timeouts> { return timeouts; },
                .set_timeouts = [this](const ipvs::Timeouts& wanted) -> Result<void> {
                    ++writes;
                    if (refuses) return fail_errno("setting timeouts", EACCES);
                    if (wanted.tcp.count() > 0) timeouts.tcp = wanted.tcp;
                    if (wanted.tcp_fin.count() > 0) timeouts.tcp_fin = wanted.tcp_fin;
                    if (wanted.udp.count() > 0) timeouts.udp = wanted.udp;
                    return {};
                }};
    }
};

config::Config wanted() {
    config::Config config;
    config.sysctls.values["net.ipv4.ip_forward"] = 1;
    config.tcp_timeout = seconds(3600);
    return config;
}

TEST(KernelSettings, WhatAStrangerChangesIsPutBack) {
    FakeKernel kernel;
    KernelSettings settings(kernel.functions());
    settings.want(wanted(), start);
    EXPECT_EQ(kernel.sysctls["net.ipv4.ip_forward"], 1);
    EXPECT_EQ(kernel.timeouts.tcp, seconds(3600));
    EXPECT_EQ(kernel.timeouts.udp, seconds(300));  // not ours
    kernel.sysctls["net.ipv4.ip_forward"] = 0;
    kernel.timeouts.tcp = seconds(5);
    kernel.timeouts.udp = seconds(7);
    settings.look(start + seconds(1));  // not so often
    EXPECT_EQ(kernel.sysctls["net.ipv4.ip_forward"], 0);
    settings.look(start + seconds(10));
    EXPECT_EQ(kernel.sysctls["net.ipv4.ip_forward"], 1);
    EXPECT_EQ(kernel.timeouts.tcp, seconds(3600));
    EXPECT_EQ(kernel.timeouts.udp, seconds(7));
    EXPECT_EQ(kernel.writes, 4);
    settings.look(start + seconds(20));
    EXPECT_EQ(kernel.writes, 4);  // what is so is not written
}

TEST(KernelSettings, WhatIsRefusedIsTriedAgain) {
    FakeKernel kernel;
    kernel.refuses = true;
    KernelSettings settings(kernel.functions());
    settings.want(wanted(), start);
    EXPECT_TRUE(kernel.sysctls.empty());
    kernel.refuses = false;
    settings.look(start + seconds(10));
    EXPECT_EQ(kernel.sysctls["net.ipv4.ip_forward"], 1);
    EXPECT_EQ(kernel.timeouts.tcp, seconds(3600));
}

TEST(KernelSettings, WhatTheFileNoLongerSetsIsLeftAlone) {
    FakeKernel kernel;
    KernelSettings settings(kernel.functions());
    settings.want(wanted(), start);
    settings.want({}, start);
    kernel.sysctls["net.ipv4.ip_forward"] = 0;
    kernel.timeouts.tcp = seconds(5);
    settings.look(start + seconds(10));
    EXPECT_EQ(kernel.sysctls["net.ipv4.ip_forward"], 0);
    EXPECT_EQ(kernel.timeouts.tcp, seconds(5));
}

}  // namespace
}  // namespace pulse::lvsd
