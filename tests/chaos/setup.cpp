#include "setup.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "pulse/config/document.h"
#include "pulse/config/edit.h"
#include "pulse/config/read.h"
#include "pulse/config_file/load.h"
#include "pulse/failover/cluster.h"

namespace pulse::chaos {
namespace {

std::string upper_hex(const net::IpAddress& address, net::Port port) {
    std::string text;
    for (const auto byte : address.bytes()) text += fmt::format("{:02X}", byte);
    return fmt::format("{}:{:04X}", text, port.number);
}

std::string_view forwarding(config::Network network) {
    switch (network) {
        case config::Network::nat:
            return "Masq";
        case config::Network::direct:
            return "Route";
        case config::Network::tunnel:
            return "Tunnel";
    }
    return {};
}

template <class T>
T required(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    return *std::move(result);
}

}  // namespace

Expectation expected(const config::Config& config) {
    Expectation expectation;
    for (const auto& floating : failover::floating_addresses(config))
        expectation.floating.push_back(floating.address);
    for (const auto& service : config.virtual_servers) {
        if (!service.active) continue;
        if (!service.address || !service.address->address.is_v4())
            throw std::runtime_error("a run needs services with IPv4 addresses");
        const auto name = fmt::format("{} {}", service.protocol == net::Protocol::tcp ? "TCP" : "UDP",
                                      upper_hex(service.address->address, service.port));
        expectation.table.insert(name + " " + service.scheduler);
        int servers = 0;
        for (const auto& server : service.servers) {
            if (!server.active) continue;
            ++servers;
            expectation.table.insert(fmt::format("{} -> {} {} {}", name,
                                                 upper_hex(server.address, server.port),
                                                 forwarding(config.network_of(service)), server.weight));
        }
        expectation.nannies += (servers + config.checks_per_nanny - 1) / config.checks_per_nanny;
    }
    return expectation;
}

std::set<std::string> table_from(std::string_view proc_net_ip_vs) {
    std::set<std::string> table;
    std::istringstream lines{std::string(proc_net_ip_vs)};
    std::string service;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::array<std::string, 4> word;
        for (auto& one : word) words >> one;
        if (word[0] == "TCP" || word[0] == "UDP") {
            service = word[0] + " " + word[1];
            table.insert(service + " " + word[2]);
        } else if (word[0] == "->" && !service.empty()) {
            table.insert(service + " -> " + word[1] + " " + word[2] + " " + word[3]);
        }
    }
    return table;
}

config::Config understood(const std::string& text) {
    const auto file = config_file::understand("lvs.cf", text);
    if (!file.ok()) throw std::runtime_error(file.report());
    return file.config;
}

std::string with(const std::string& text, const std::string& key, const std::string& value) {
    const auto parsed = config::parse(text);
    const std::array values{value};
    return required(config::set_key(parsed.document, parsed.document.root(), key, values));
}

std::string without(const std::string& text, const std::string& key) {
    const auto parsed = config::parse(text);
    return config::unset_key(parsed.document, parsed.document.root(), key);
}

std::string with(const std::string& text, std::size_t virtual_server, std::size_t server,
                 const std::string& key, const std::string& value) {
    const auto parsed = config::parse(text);
    const auto services = config::Document::blocks(parsed.document.root(), config::BlockKind::virtual_server);
    const auto servers = config::Document::blocks(*services.at(virtual_server), config::BlockKind::server);
    const std::array values{value};
    return required(config::set_key(parsed.document, *servers.at(server), key, values));
}

}  // namespace pulse::chaos
