#include "pulse/failover/cluster.h"

#include <algorithm>

#include "pulse/config/write.h"
#include "pulse/heartbeat/key.h"

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

std::vector<Path> heartbeat_paths(const config::Config& config, Identity identity,
                                  std::span<const net::IpAddress> local) {
    std::vector<Path> paths;
    const auto add = [&](std::string name, const auto& primary, const auto& backup) {
        if (!primary || !backup) return;
        const bool first = identity == Identity::primary;
        paths.push_back({.name = std::move(name),
                         .own = first ? *primary : *backup,
                         .partner = first ? *backup : *primary,
                         .port = config.heartbeat_port});
    };
    add("public", config.primary, config.backup);
    if (config.primary_private != config.primary && config.backup_private != config.backup)
        add("private", config.primary_private, config.backup_private);
    if (!config.primary || !config.backup) return paths;
    const auto here = [&](const net::IpAddress& address) { return std::ranges::count(local, address) > 0; };
    for (const auto& path : config.heartbeat_paths) {
        const bool known = here(path.one) != here(path.other);
        const bool first = known ? here(path.one) : identity == Identity::primary;
        const auto& own = first ? path.one : path.other;
        paths.push_back({.name = own.to_string(),
                         .own = own,
                         .partner = first ? path.other : path.one,
                         .port = path.port.value_or(config.heartbeat_port)});
    }
    return paths;
}

std::string shared_part(config::Config config) {
    config.serial_no = 0;
    config.heartbeat_paths.clear();  // each router may name its own address first
    config.heartbeat_key_file.reset();
    config.active_cmd.reset();
    config.inactive_cmd.reset();
    config.primary_shared.reset();
    config.backup_shared.reset();
    return config::write(config);
}

namespace {

LinkRule link_rule_of(const config::Config& config) {
    if (!config.monitor_links) return LinkRule::automatic;
    return *config.monitor_links ? LinkRule::strict : LinkRule::ignored;
}

}  // namespace

Settings settings_of(const config::Config& config, Identity identity) {
    Settings settings;
    settings.identity = identity;
    settings.partner = config.backup_active;
    settings.details = config.heartbeat_key_file.has_value();
    settings.keep_serving = !config.hard_shutdown;
    settings.warm = config.standby == config::Standby::warm && config.backup_active;
    settings.auto_failback = config.auto_failback;
    settings.synchronised = config.syncdaemon;
    settings.keepalive = config.keepalive;
    settings.deadtime = config.deadtime;
    settings.warntime = config.warntime;
    settings.initdead = config.initdead;
    settings.failback_delay = config.failback_delay;
    settings.link_rule = link_rule_of(config);
    settings.prefer_servers = config.prefer_servers;
    settings.pings = static_cast<std::uint16_t>(config.ping.size() + (config.ping_group.empty() ? 0 : 1));
    settings.config_serial = config.serial_no;
    settings.config_digest = heartbeat::digest_of(shared_part(config));
    return settings;
}

}  // namespace pulse::failover
