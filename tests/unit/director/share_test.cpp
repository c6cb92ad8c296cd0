#include <gtest/gtest.h>

#include "pulse/director/director.h"

namespace pulse::director {
namespace {

/// A service with a server of each weight, all of them up.
struct Farm {
    explicit Farm(const std::vector<int>& weights) {
        config::VirtualServer service;
        service.name = "web";
        service.active = true;
        service.address = config::DeviceAddress{*net::IpAddress::parse("10.0.0.10"), "eth0:1"};
        for (const auto weight : weights) {
            config::RealServer server;
            server.active = true;
            server.weight = weight;
            server.port = {80};
            server.address =
                net::IpAddress::v4(0x0a00010bU + static_cast<std::uint32_t>(service.servers.size()));
            service.servers.push_back(server);
        }
        config.virtual_servers.push_back(service);
        situation = everyone_up(config);
    }
    MonitorKey key(std::size_t server) const {
        const auto& service = config.virtual_servers.front();
        return {service_id(service), {service.servers[server].address, net::Port{80}}};
    }
    void set(std::size_t server, health::Verdict verdict) {
        situation.standings[key(server)].verdict = verdict;
    }
    std::optional<int> share() const { return served_share(config, situation); }

    config::Config config;
    Situation situation;
};

TEST(ServedShare, IsByWeight) {
    Farm farm({3, 1});
    EXPECT_EQ(farm.share(), 1000);
    farm.set(0, health::Verdict::down);
    EXPECT_EQ(farm.share(), 250);
    farm.set(1, health::Verdict::down);
    EXPECT_EQ(farm.share(), 0);
}

TEST(ServedShare, IsNotKnownBeforeEveryServerHasBeenChecked) {
    Farm farm({1, 1});
    farm.set(1, health::Verdict::unknown);
    EXPECT_EQ(farm.share(), std::nullopt);
    farm.situation.standings.clear();
    EXPECT_EQ(farm.share(), std::nullopt);
}

TEST(ServedShare, WhatAnOperatorTookOutIsNoLoss) {
    Farm farm({1, 1});
    farm.situation.drained.insert(farm.key(1));
    EXPECT_EQ(farm.share(), 1000);
    farm.set(0, health::Verdict::down);
    EXPECT_EQ(farm.share(), 0);
}

TEST(ServedShare, AServerHeldInTheTableIsDownAllTheSame) {
    Farm farm({1, 1});
    farm.set(0, health::Verdict::down);
    farm.situation.standings[farm.key(0)].held = true;
    EXPECT_EQ(farm.share(), 500);
}

TEST(ServedShare, OneOfVeryManyIsMoreThanNone) {
    Farm farm(std::vector<int>(3000, 1));
    for (std::size_t i = 1; i < 3000; ++i) farm.set(i, health::Verdict::down);
    EXPECT_EQ(farm.share(), 1);
}

TEST(ServedShare, WithoutWeightThereIsNone) {
    EXPECT_EQ(Farm({0, 0}).share(), std::nullopt);
    EXPECT_EQ(Farm({0, 1}).share(), 1000);
}

}  // namespace
}  // namespace pulse::director
