#include "pulse/director/kernel_settings.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/config/read.h"

namespace pulse::director {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

config::Config config_of(const std::string& top, const std::string& address, const std::string& keys = "") {
    return config::read(top + "virtual web {\nactive = 1\naddress = " + address + " eth0:1\n" + keys +
                        "server one {\naddress = 10.0.1.11\nactive = 1\n}\n}\n")
        .config;
}

/// A kernel where everything is 0 but what is listed.
ActualSetting zero_but(std::map<std::string_view, int> settings) {
    return [settings = std::move(settings)](std::string_view name) {
        const auto found = settings.find(name);
        return std::optional(found == settings.end() ? 0 : found->second);
    };
}

const auto careful = zero_but({{"net.ipv4.vs.expire_nodest_conn", 1}, {"net.ipv4.vs.conn_reuse_mode", 1}});

TEST(KernelSettings, RouterThatDoesNotForwardCannotDoNat) {
    EXPECT_THAT(kernel_advice(config_of("network = nat\n", "10.0.0.10"), careful),
                ElementsAre(StartsWith("net.ipv4.ip_forward is 0: this router does not forward")));
    EXPECT_THAT(kernel_advice(config_of("network = nat\n", "fd00::10"), careful),
                ElementsAre(StartsWith("net.ipv6.conf.all.forwarding is 0")));
    EXPECT_THAT(kernel_advice(config_of("network = direct\n", "10.0.0.10"), careful), IsEmpty());
    EXPECT_THAT(kernel_advice(config_of("network = direct\n", "10.0.0.10", "network = nat\n"), careful),
                ElementsAre(HasSubstr("sysctl { net.ipv4.ip_forward = 1 }")));
}

TEST(KernelSettings, PersistenceNeedsTemplatesThatExpire) {
    EXPECT_THAT(kernel_advice(config_of("network = direct\n", "10.0.0.10", "persistent = 60\n"), careful),
                ElementsAre(StartsWith("net.ipv4.vs.expire_quiescent_template is 0")));
}

TEST(KernelSettings, EveryClusterNeedsDeadConnectionsToEnd) {
    EXPECT_THAT(kernel_advice(config_of("network = direct\n", "10.0.0.10"), zero_but({})),
                ElementsAre(StartsWith("net.ipv4.vs.expire_nodest_conn is 0"),
                            StartsWith("net.ipv4.vs.conn_reuse_mode is 0")));
}

TEST(KernelSettings, WhatTheFileSetsIsTheOperatorsWish) {
    EXPECT_THAT(kernel_advice(config_of("network = nat\nsysctl {\nnet.ipv4.ip_forward = 0\n}\n", "10.0.0.10"),
                              careful),
                IsEmpty());
}

TEST(KernelSettings, WhatTheKernelDoesNotHaveIsNotMissed) {
    const auto nothing = [](std::string_view) { return std::optional<int>(); };
    EXPECT_THAT(kernel_advice(config_of("network = nat\n", "10.0.0.10"), nothing), IsEmpty());
}

TEST(KernelSettings, AFileWithoutServicesNeedsNothing) {
    EXPECT_THAT(kernel_advice(config::Config{}, zero_but({})), IsEmpty());
}

}  // namespace
}  // namespace pulse::director
