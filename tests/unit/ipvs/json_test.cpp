#include "pulse/ipvs/json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "helpers.h"

namespace pulse::ipvs {
namespace {

using nlohmann::json_literals::operator""_json;
using Json = nlohmann::json;

const Json nothing_counted =
    R"({"connections": 0, "in_packets": 0, "out_packets": 0, "in_bytes": 0, "out_bytes": 0})"_json;

TEST(Json, ATableIsWhollyTold) {
    const Destination server{
        .endpoint = at("10.0.0.2", 80),
        .forwarding = Forwarding::tunnel,
        .weight = 3,
        .upper_threshold = 9,
        .lower_threshold = 4,
        .tunnel = {.type = TunnelType::gue, .port = {6080}, .checksum = TunnelChecksum::remote}};
    const Dump dump{{.service = {.id = tcp("fd00::1", 80),
                                 .scheduler = "sh",
                                 .scheduler_flags = 0x18,
                                 .persistence = persistent(60, net::Netmask::prefix(net::Family::v6, 64)),
                                 .engine = "sip"},
                     .destinations = {{.destination = server,
                                       .connections = {.active = 1, .inactive = 2, .persistent = 3},
                                       .statistics = {.total = {.in_bytes = 1ULL << 40U},
                                                      .per_second = {.connections = 5}}}}}};
    auto wanted = R"({"version": "1.2.1", "connection_table_size": 4096, "services": [{
        "protocol": "tcp", "address": "fd00::1", "port": 80, "scheduler": "sh", "scheduler_flags": ["sh-fallback", "sh-port"],
        "one_packet": false, "persistence": {"timeout": 60, "mask": "64"}, "persistence_engine": "sip",
        "servers": [{"address": "10.0.0.2", "port": 80, "forwarding": "tunnel", "weight": 3, "upper_threshold": 9,
            "lower_threshold": 4, "tunnel": {"type": "gue", "port": 6080, "checksum": "remote"},
            "connections": {"active": 1, "inactive": 2, "persistent": 3}}]}]})"_json;
    auto& service = wanted["services"][0];
    service["statistics"] = service["per_second"] = nothing_counted;
    auto& told = service["servers"][0];
    told["statistics"] = told["per_second"] = nothing_counted;
    told["statistics"]["in_bytes"] = 1ULL << 40U;
    told["per_second"]["connections"] = 5;
    EXPECT_EQ(Json::parse(json(KernelInfo{.version = 0x010201, .connection_table_size = 4096}, dump)),
              wanted);
}

TEST(Json, AMarkHasAFamilyAndNothingIsLeftOut) {
    const auto told = Json::parse(json(
        {}, {{.service = {.id = ServiceId::marked({0xffffffff}, net::Family::v6)}, .destinations = {}}}));
    EXPECT_FALSE(told.contains("version"));
    const auto& service = told["services"][0];
    EXPECT_EQ(service["fwmark"], 4294967295U);
    EXPECT_EQ(service["family"], "ipv6");
    EXPECT_FALSE(service.contains("address"));
    EXPECT_TRUE(service["persistence"].is_null());
    EXPECT_TRUE(service["servers"].is_array());
    EXPECT_EQ(Json::parse(json({}, Dump{})), R"({"services": []})"_json);
}

TEST(Json, ConnectionsTimeoutsAndDaemons) {
    EXPECT_EQ(Json::parse(json(std::vector<Connection>{{.protocol = "UDP",
                                                        .client = at("10.0.0.9", 0),
                                                        .service = at("10.0.0.1", 53),
                                                        .server = at("10.0.0.2", 53),
                                                        .state = "NONE",
                                                        .expires = std::chrono::seconds(24),
                                                        .engine = "sip",
                                                        .engine_data = "call"}})),
              R"({"connections": [{"protocol": "UDP", "state": "NONE", "expires": 24,
                  "client": {"address": "10.0.0.9", "port": 0}, "service": {"address": "10.0.0.1", "port": 53},
                  "server": {"address": "10.0.0.2", "port": 53},
                  "persistence_engine": {"name": "sip", "data": "call"}}]})"_json);
    EXPECT_EQ(Json::parse(json(Timeouts{.tcp = std::chrono::seconds(900),
                                        .tcp_fin = std::chrono::seconds(120),
                                        .udp = std::chrono::seconds(300)})),
              R"({"timeouts": {"tcp": 900, "tcp_fin": 120, "udp": 300}})"_json);
    const std::vector<SyncDaemon> daemons{{.role = SyncRole::backup,
                                           .interface = "d0",
                                           .id = 7,
                                           .max_length = 1400,
                                           .group = ip("239.1.2.3"),
                                           .port = net::Port{9000},
                                           .ttl = 5},
                                          {.role = SyncRole::master, .interface = "d0"}};
    EXPECT_EQ(
        Json::parse(json(daemons)),
        R"({"daemons": [{"role": "backup", "interface": "d0", "syncid": 7, "max_length": 1400, "group": "239.1.2.3", "port": 9000, "ttl": 5},
                  {"role": "master", "interface": "d0", "syncid": 0, "max_length": null, "group": null, "port": null, "ttl": null}]})"_json);
}

TEST(Json, WhatIsNotUtf8IsReplaced) {
    const auto text =
        json({}, {{.service = {.id = tcp("10.0.0.1", 80), .scheduler = "r\xff"}, .destinations = {}}});
    EXPECT_EQ(Json::parse(text)["services"][0]["scheduler"], "r\xef\xbf\xbd");
}

}  // namespace
}  // namespace pulse::ipvs
