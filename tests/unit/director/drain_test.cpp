#include "pulse/director/drain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::director {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

config::Config two_services() {
    config::RealServer server;
    server.active = true;
    server.port = {80};
    config::VirtualServer service;
    service.active = true;
    for (const auto* name : {"alpha", "bravo"}) {
        server.name = name;
        server.address = net::IpAddress::v4(0x0a00010bU + static_cast<std::uint32_t>(service.servers.size()));
        service.servers.push_back(server);
    }
    config::Config config;
    for (const auto port : {std::uint16_t{80}, std::uint16_t{443}}) {
        service.name = port == 80 ? "web" : "secure/web";
        service.port = {port};
        service.address = config::DeviceAddress{*net::IpAddress::parse("10.0.0.10"), "eth0:1"};
        config.virtual_servers.push_back(service);
    }
    return config;
}

const ServerName web_alpha{"web", "alpha"};

TEST(Drain, ServersAreCalledByNameOrAddress) {
    const auto config = two_services();
    EXPECT_THAT(*servers_called(config, "web/alpha"), ElementsAre(web_alpha));
    EXPECT_THAT(*servers_called(config, "web/10.0.1.11"), ElementsAre(web_alpha));
    EXPECT_THAT(*servers_called(config, "secure/web/alpha"), ElementsAre(ServerName{"secure/web", "alpha"}));
    EXPECT_EQ(servers_called(config, "*/alpha")->size(), 2U);
    EXPECT_EQ(servers_called(config, "web/*")->size(), 2U);
}

TEST(Drain, AnUnknownNameIsAnsweredWithTheKnownOnes) {
    for (const auto* text : {"web/charlie", "alpha", ""}) {
        const auto refused = servers_called(two_services(), text);
        ASSERT_FALSE(refused);
        EXPECT_THAT(refused.error().message(), HasSubstr("web/alpha, web/bravo, secure/web/alpha"));
    }
}

TEST(Drain, SurvivesARename) {
    const auto before = two_services();
    auto after = before;
    after.virtual_servers[0].name = "www";
    after.virtual_servers[0].servers[0].name = "one";
    EXPECT_THAT(renamed({web_alpha}, before, after), ElementsAre(ServerName{"www", "one"}));
    after.virtual_servers[0].servers.clear();
    EXPECT_THAT(renamed({web_alpha}, before, after), IsEmpty());
}

TEST(Drain, TextHoldsEverything) {
    const Drains drains{web_alpha, {"a name", "with/slash"}};
    EXPECT_EQ(drains_from(to_text(drains)), drains);
    EXPECT_THAT(drains_from("\nnonsense\n"), IsEmpty());
}

TEST(Drain, KeysAreThoseOfTheConfiguration) {
    const auto config = two_services();
    EXPECT_EQ(keys_of({web_alpha, {"no", "body"}}, config).size(), 1U);
}

}  // namespace
}  // namespace pulse::director
