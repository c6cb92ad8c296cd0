#include "own_sources.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "pulse/kernel/route.h"
#include "pulse/net/own_address.h"

namespace pulse::lvsd {

namespace asio = boost::asio;

namespace {

/// The addresses that the partner may have in a moment.
std::vector<net::IpAddress> floating_addresses(const config::Config& config) {
    std::vector<net::IpAddress> all;
    const auto add = [&](const std::optional<config::DeviceAddress>& address) {
        if (address) all.push_back(address->address);
    };
    for (const auto& service : config.virtual_servers) add(service.address);
    for (const auto& service : config.failover_services) add(service.address);
    add(config.nat_router);
    return all;
}

/// Which address the kernel would speak from: connecting a datagram socket sends nothing.
std::optional<net::IpAddress> kernels_choice(const net::IpAddress& target) {
    asio::io_context unused;
    asio::ip::udp::socket socket(unused);
    boost::system::error_code error;
    constexpr std::uint16_t discard = 9;
    const asio::ip::udp::endpoint there(asio::ip::make_address(target.to_string(), error), discard);
    if (!error) (void)socket.connect(there, error);
    if (error) return std::nullopt;
    const auto here = socket.local_endpoint(error);
    return error ? std::nullopt : net::IpAddress::parse(here.address().to_string());
}

}  // namespace

bool OwnSources::look() {
    auto found = kernel_.addresses();
    if (!found || *found == locals_) return false;
    locals_ = std::move(*found);
    return true;
}

std::optional<net::IpAddress> OwnSources::source_towards(
    const net::IpAddress& target, const std::vector<net::IpAddress>& floating,
    const std::vector<net::InterfaceAddress>& own) const {
    if (const auto source = net::own_address_towards(target, own, {}, std::nullopt)) return source;
    const auto choice = kernel_.choice_towards(target);
    if (!choice || std::ranges::find(floating, *choice) == floating.end()) return std::nullopt;
    return net::own_address_towards(target, locals_, floating, choice);
}

std::vector<director::Monitor> OwnSources::monitors(const config::Config& config) const {
    auto all = director::monitors(config);
    const auto floating = floating_addresses(config);
    // A router may have a thousand floating addresses, and few of its own.
    const std::set<net::IpAddress> floats(floating.begin(), floating.end());
    auto own = locals_;
    std::erase_if(own, [&](const auto& local) { return floats.contains(local.address); });
    std::map<net::IpAddress, std::optional<net::IpAddress>> sources;
    for (auto& monitor : all) {
        const auto target = health::checked_endpoint(monitor.spec).address;
        const auto [at, fresh] = sources.try_emplace(target);
        if (fresh) at->second = source_towards(target, floating, own);
        monitor.spec.source = at->second;
    }
    return all;
}

OwnSources::Kernel routing() {
    OwnSources::Kernel kernel;
    kernel.addresses = []() -> Result<std::vector<net::InterfaceAddress>> {
        auto client = kernel::RouteClient::open();
        return client ? client->addresses() : tl::unexpected(client.error());
    };
    kernel.choice_towards = kernels_choice;
    return kernel;
}

}  // namespace pulse::lvsd
