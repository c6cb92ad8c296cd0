#include <algorithm>

#include "checks.h"

namespace pulse::config {

namespace {

void timers(const Checked& file) {
    const auto& root = file.document.root();
    if (file.config.deadtime > file.config.keepalive) return;
    for (const auto* key : {"deadtime", "keepalive"})
        if (file.has(root, key))
            return file.report.warning(file.place(root, key), "deadtime is not longer than keepalive",
                                       "a healthy partner would be declared dead between two heartbeats");
}

void late_heartbeats(const Checked& file) {
    const auto& root = file.document.root();
    if (file.config.warntime.count() > 0 && file.config.warntime >= file.config.deadtime)
        file.report.warning(file.place(root, "warntime"), "warntime is not shorter than deadtime",
                            "the line in the log would come when the takeover has begun");
}

void identities(const Checked& file) {
    const auto& root = file.document.root();
    const auto& config = file.config;
    if (config.primary && config.primary == config.backup)
        file.report.warning(
            file.place(root, "backup"), "primary and backup are the same address",
            "each router knows by these which of the two it is; without a second router leave "
            "backup out");
    const bool given = file.has(root, "primary_private") && file.has(root, "backup_private");
    if (given && config.primary_private && config.primary_private == config.backup_private)
        file.report.warning(file.place(root, "backup_private"),
                            "primary_private and backup_private are the same address",
                            "each router needs an address of its own on the private network");
}

/// Whether an active service uses NAT.
bool uses_nat(const Config& config) {
    return std::ranges::any_of(config.virtual_servers, [&](const VirtualServer& service) {
        return service.active && config.network_of(service) == Network::nat;
    });
}

void nat_router(const Checked& file) {
    const auto& root = file.document.root();
    const auto& config = file.config;
    if (config.service != ServiceKind::lvs || !uses_nat(config)) return;
    if (config.nat_router) check_label(file, root, "nat_router", *config.nat_router);
    if (!config.nat_router) {
        if (config.backup_active && !file.has(root, "nat_router"))
            file.report.warning(
                file.place(root, "network"), "network = nat without nat_router",
                "answers pass through the active router only if the real servers' gateway moves with it");
        return;
    }
    const auto& gateway = config.nat_router->address;
    for (const auto& own : {config.primary, config.backup, config.primary_private, config.backup_private})
        if (own == gateway)
            return file.report.warning(file.place(root, "nat_router"), "nat_router is a router's own address",
                                       "it must be free to move to the other router");
}

void sync_device(const Checked& file) {
    const auto& root = file.document.root();
    const auto& device = file.config.syncd_iface;
    if (!file.config.syncdaemon || file.lookups.device(device)) return;
    file.report.warning(
        file.place(root, file.has(root, "syncd_iface") ? "syncd_iface" : "syncdaemon"),
        "this machine has no device " + quoted(device),
        "syncd_iface says over which device the connection table is copied; ip link shows what "
        "there is");
}

/// Heartbeats over another path keep a router active that its clients cannot reach.
void ignored_links(const Checked& file) {
    const auto& config = file.config;
    const bool other_path = (config.primary_private != config.primary && config.backup_private &&
                             config.backup_private != config.backup) ||
                            !config.heartbeat_paths.empty();
    if (config.monitor_links != false || !config.backup_active || !other_path) return;
    file.report.warning(file.place(file.document.root(), "monitor_links"),
                        "a lost public link would not move the role",
                        "heartbeats go on over the other path; leave monitor_links out, or make it 1");
}

/// Whether one of the service's active servers is one of a router's addresses.
bool is_served_by(const VirtualServer& service, const std::optional<net::IpAddress>& one,
                  const std::optional<net::IpAddress>& other) {
    return std::ranges::any_of(service.servers, [&](const RealServer& server) {
        return server.active && (server.address == one || server.address == other);
    });
}

/// A standby router with its table set balances what the active one sends it once more, and may send it back.
void circle(const Checked& file) {
    const auto& config = file.config;
    if (config.standby != Standby::warm || !config.backup_active) return;
    const auto backup_only = config.sysctls.values.find("net.ipv4.vs.backup_only");
    if (config.syncdaemon && !config.syncd_both && backup_only != config.sysctls.values.end() &&
        backup_only->second != 0)
        return;
    for (const auto& service : config.virtual_servers) {
        const bool by_hand =
            service.fwmark && service.mark_ports.empty();  // whose rules may know the partner
        if (!service.active || by_hand || config.network_of(service) == Network::nat ||
            !is_served_by(service, config.primary, config.primary_private) ||
            !is_served_by(service, config.backup, config.backup_private))
            continue;
        return file.report.warning(
            file.place(file.document.root(), "standby"),
            "standby = warm where both routers are real servers: packets go round between them",
            "use standby = cold; or syncdaemon = 1, and net.ipv4.vs.backup_only = 1 in a sysctl block");
    }
}

}  // namespace

void check_label(const Checked& file, const Block& block, std::string_view key,
                 const DeviceAddress& address) {
    constexpr std::size_t longest = 15;  // IFNAMSIZ, less the zero byte at its end
    const auto& label = address.device;
    if (address.base_device().size() > longest)
        return file.report.warning(
            file.word_place(block, key, 1),
            "a device name of " + std::to_string(address.base_device().size()) + " characters",
            "the kernel takes " + std::to_string(longest) + ": there is no such device");
    if (label.size() > longest && address.address.is_v4())
        file.report.warning(
            file.word_place(block, key, 1),
            "an alias label of " + std::to_string(label.size()) + " characters",
            "the kernel takes " + std::to_string(longest) +
                " with the device and the colon; shorten the alias, or write the device alone: " +
                address.base_device());
}

void check_routers(const Checked& file) {
    timers(file);
    late_heartbeats(file);
    identities(file);
    nat_router(file);
    sync_device(file);
    ignored_links(file);
    circle(file);
}

}  // namespace pulse::config
