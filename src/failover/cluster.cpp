#include "pulse/failover/cluster.h"

#include <algorithm>

namespace pulse::failover {

namespace {

/// Whether real servers need the floating address that is their gateway.
bool uses_nat(const config::Config& config) {
    return std::ranges::any_of(config.virtual_servers, [&](const config::VirtualServer& virtual_server) {
        return virtual_server.active && config.network_of(virtual_server) == config::Network::nat;
    });
}

}  // namespace

std::vector<FloatingAddress> floating_addresses(const config::Config& config) {
    std::vector<FloatingAddress> addresses;
    const auto add = [&](const config::DeviceAddress& at, const std::optional<net::Netmask>& mask) {
        if (at.address.is_unspecified() ||
            std::ranges::count(addresses, at.address, &FloatingAddress::address) > 0)
            return;
        addresses.push_back({.address = at.address,
                             .label = at.device,
                             .prefix_length = mask ? mask->length() : std::nullopt});
    };
    for (const auto& virtual_server : config.virtual_servers)
        if (virtual_server.active && virtual_server.address)
            add(*virtual_server.address, virtual_server.vip_nmask);
    if (uses_nat(config) && config.nat_router) add(*config.nat_router, config.nat_nmask);
    return addresses;
}

std::vector<FloatingAddress> without(std::vector<FloatingAddress> addresses,
                                     const std::vector<FloatingAddress>& others) {
    std::erase_if(addresses, [&](const FloatingAddress& address) {
        return std::ranges::find(others, address) != others.end();
    });
    return addresses;
}

Result<void> usable(const config::Config& config) {
    if (config.service == config::ServiceKind::fos)
        return fail(std::error_code(), "service = fos is not supported; only lvs is");
    if (std::ranges::none_of(config.virtual_servers, &config::VirtualServer::active))
        return fail(std::error_code(), "no active lvs services defined");
    return {};
}

std::optional<Identity> identity(const config::Config& config, std::span<const net::IpAddress> local) {
    const auto owned = [&](const std::optional<net::IpAddress>& address) {
        return address && std::ranges::find(local, *address) != local.end();
    };
    if (owned(config.primary)) return Identity::primary;
    if (owned(config.backup)) return Identity::backup;
    return std::nullopt;
}

std::vector<Path> heartbeat_paths(const config::Config& config, Identity identity) {
    std::vector<Path> paths;
    const auto add = [&](std::string name, const auto& primary, const auto& backup) {
        if (!primary || !backup) return;
        if (identity == Identity::primary)
            paths.push_back({std::move(name), *primary, *backup});
        else
            paths.push_back({std::move(name), *backup, *primary});
    };
    add("public", config.primary, config.backup);
    if (config.primary_private != config.primary && config.backup_private != config.backup)
        add("private", config.primary_private, config.backup_private);
    return paths;
}

}  // namespace pulse::failover
