#include "pulse/runtime/host_names.h"

#include <future>
#include <memory>

#include <gtest/gtest.h>

namespace pulse::runtime {
namespace {

net::IpAddress address(std::uint32_t number) { return net::IpAddress::v4(number); }

TEST(HostNames, EveryAddressIsAskedForOnce) {
    std::vector<net::IpAddress> addresses;
    for (std::uint32_t i = 1; i <= 100; ++i) {
        addresses.push_back(address(i));
        addresses.push_back(address(i));
    }
    const auto asked = std::make_shared<std::atomic<int>>(0);
    const auto names = host_names(addresses, std::chrono::minutes(1), [asked](const net::IpAddress& each) {
        ++*asked;
        return "host-" + std::to_string(each.v4_number());
    });
    EXPECT_EQ(*asked, 100);
    EXPECT_EQ(names.size(), 100U);
    EXPECT_EQ(names.at(address(42)), "host-42");
}

TEST(HostNames, WhatIsNotAnsweredInTimeIsANumber) {
    // The thread that waits is left behind; it ends before the promise goes.
    auto answer = std::make_shared<std::promise<std::string>>();
    const auto waiting = answer->get_future().share();
    const auto names = host_names({address(0x0a000001), address(0x0a000002)}, std::chrono::milliseconds(0),
                                  [waiting](const net::IpAddress&) { return waiting.get(); });
    answer->set_value("late");
    EXPECT_EQ(names.at(address(0x0a000001)), "10.0.0.1");
    EXPECT_EQ(names.at(address(0x0a000002)), "10.0.0.2");
}

TEST(HostNames, NobodyIsAskedForNothing) {
    EXPECT_TRUE(host_names({}, std::chrono::minutes(1), [](const net::IpAddress&) {
                    return std::string("?");
                }).empty());
}

}  // namespace
}  // namespace pulse::runtime
