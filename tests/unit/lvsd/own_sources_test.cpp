#include "own_sources.h"

#include <gtest/gtest.h>

namespace pulse::lvsd {
namespace {

net::IpAddress ip(std::string_view text) { return *net::IpAddress::parse(text); }

net::InterfaceAddress on_device(std::string_view address) {
    return {.link_index = 2, .address = ip(address), .prefix_length = 24};
}

config::Config direct_config() {
    config::Config config;
    auto& web = config.virtual_servers.emplace_back();
    web.name = "web";
    web.active = true;
    web.address = config::DeviceAddress{ip("10.0.0.10"), "eth0"};
    auto& server = web.servers.emplace_back();
    server.name = "alpha";
    server.active = true;
    server.address = ip("10.0.0.11");
    server.port = {80};
    return config;
}

TEST(OwnSources, ChecksDoNotSpeakFromAFloatingAddressThatCameFirst) {
    Result<std::vector<net::InterfaceAddress>> addresses = std::vector{on_device("10.0.0.10")};
    OwnSources sources({.addresses = [&] { return addresses; },
                        .choice_towards = [](const auto&) { return std::optional(ip("10.0.0.10")); }});
    EXPECT_TRUE(sources.look());
    EXPECT_EQ(sources.monitors(direct_config()).at(0).spec.source, std::nullopt);  // there is no other yet
    addresses = std::vector{on_device("10.0.0.10"), on_device("10.0.0.1")};
    EXPECT_TRUE(sources.look());
    EXPECT_EQ(sources.monitors(direct_config()).at(0).spec.source, ip("10.0.0.1"));
    EXPECT_FALSE(sources.look());
    addresses = fail_errno("addresses", EINTR);
    EXPECT_FALSE(sources.look());  // what could not be read is not gone
    EXPECT_EQ(sources.monitors(direct_config()).at(0).spec.source, ip("10.0.0.1"));
}

}  // namespace
}  // namespace pulse::lvsd
