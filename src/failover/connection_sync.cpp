#include "pulse/failover/connection_sync.h"

#include <algorithm>

#include "pulse/base/text.h"

namespace pulse::failover {

namespace {

using ipvs::SyncDaemon;
using ipvs::SyncRole;

/// What the kernel takes for what is not said; the length depends on the device, so any will do.
bool runs_as(const SyncDaemon& running, const SyncDaemon& wanted) {
    static const auto default_group = net::IpAddress::v4(0xe0000051);  // 224.0.0.81
    constexpr net::Port default_port{8848};
    const auto same = [](const auto& a, const auto& b, const auto& usual) {
        return a.value_or(usual) == b.value_or(usual);
    };
    return running.role == wanted.role && running.interface == wanted.interface && running.id == wanted.id &&
           (!wanted.max_length || running.max_length == wanted.max_length) &&
           same(running.group, wanted.group, default_group) &&
           same(running.port, wanted.port, default_port) && same(running.ttl, wanted.ttl, std::uint8_t{1});
}

std::string_view word(SyncRole role) { return role == SyncRole::master ? "master" : "backup"; }

}  // namespace

std::vector<SyncDaemon> wanted_sync(const config::Config& config, bool as_master) {
    std::vector<SyncDaemon> wanted;
    if (!config.syncdaemon) return wanted;
    for (const auto role : {SyncRole::master, SyncRole::backup}) {
        if (!config.syncd_both && (role == SyncRole::master) != as_master) continue;
        SyncDaemon daemon{.role = role, .interface = config.syncd_iface, .id = config.syncd_id};
        if (config.syncd_maxlen != 0) daemon.max_length = config.syncd_maxlen;
        daemon.group = config.syncd_mcast_group;
        if (config.syncd_port.number != 0) daemon.port = config.syncd_port;
        if (config.syncd_ttl != 0) daemon.ttl = static_cast<std::uint8_t>(config.syncd_ttl);
        wanted.push_back(std::move(daemon));
    }
    return wanted;
}

SyncPlan plan(std::span<const SyncDaemon> running, std::span<const SyncDaemon> wanted, bool new_device) {
    SyncPlan plan;
    const auto right = [&](const SyncDaemon& one, std::span<const SyncDaemon> others, bool is_running) {
        return !new_device && std::ranges::any_of(others, [&](const SyncDaemon& other) {
            return is_running ? runs_as(one, other) : runs_as(other, one);
        });
    };
    for (const auto& daemon : running)
        if (!right(daemon, wanted, true)) plan.stop.push_back(daemon.role);
    for (const auto& daemon : wanted)
        if (!right(daemon, running, false)) plan.start.push_back(daemon);
    return plan;
}

std::vector<SyncRole> leftovers(std::span<const SyncDaemon> running, std::span<const SyncDaemon> started) {
    std::vector<SyncRole> stop;
    for (const auto& daemon : running)
        if (std::ranges::any_of(started, [&](const SyncDaemon& ours) {
                return daemon.role == ours.role && daemon.interface == ours.interface && daemon.id == ours.id;
            }))
            stop.push_back(daemon.role);
    return stop;
}

std::string to_text(std::span<const SyncDaemon> started) {
    std::string text;
    for (const auto& daemon : started)
        text +=
            std::string(word(daemon.role)) + " " + daemon.interface + " " + std::to_string(daemon.id) + "\n";
    return text;
}

std::vector<SyncDaemon> started_from(std::string_view text) {
    std::vector<SyncDaemon> started;
    for (const auto line : split(text, '\n')) {
        const auto words = split_words(line);
        if (words.size() != 3) continue;
        const auto id = parse_decimal<int>(words[2]);
        const bool master = words[0] == word(SyncRole::master);
        if (!id || (!master && words[0] != word(SyncRole::backup))) continue;
        started.push_back({.role = master ? SyncRole::master : SyncRole::backup,
                           .interface = std::string(words[1]),
                           .id = *id});
    }
    return started;
}

std::string name_of(const SyncDaemon& daemon) {
    return std::string(word(daemon.role)) + " on " + daemon.interface + ", id " + std::to_string(daemon.id);
}

}  // namespace pulse::failover
