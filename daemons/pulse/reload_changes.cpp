#include "reload_changes.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "pulse/config/keys.h"

namespace pulse::daemon {

namespace {

std::string joined(const std::vector<std::string>& words, std::size_t most = SIZE_MAX) {
    std::string text;
    for (std::size_t i = 0; i < std::min(words.size(), most); ++i)
        text += (text.empty() ? "" : ", ") + words[i];
    return words.size() > most ? fmt::format("{} and {} more", text, words.size() - most) : text;
}

void compare_addresses(const config::Config& before, const config::Config& after, ReloadChanges& changes) {
    const auto was = failover::floating_addresses(before);
    const auto is = failover::floating_addresses(after);
    const auto has = [](const auto& addresses, const net::IpAddress& address) {
        return std::ranges::count(addresses, address, &failover::FloatingAddress::address) > 0;
    };
    for (const auto& gone : failover::without(was, is))
        if (!has(is, gone.address)) changes.addresses_removed.push_back(gone.address.to_string());
    for (const auto& come : failover::without(is, was))
        (has(was, come.address) ? changes.addresses_changed : changes.addresses_added)
            .push_back(come.address.to_string());
}

void compare_keys(const config::Config& before, const config::Config& after, ReloadChanges& changes) {
    for (const auto& key : config::keys()) {
        const bool differs =
            key.section == config::Section::global
                ? config::values_of(key, before) != config::values_of(key, after)
                : key.section == config::Section::sysctl &&
                      config::values_of(key, before.sysctls) != config::values_of(key, after.sysctls);
        if (differs) changes.keys.emplace_back(key.name);
    }
}

/// A server stays if its service or the name of its virtual does, and its address and port: neither a new
/// name nor a new service address makes another server of it.
void compare_servers(const config::Config& before, const config::Config& after, ReloadChanges& changes) {
    std::set<director::MonitorKey> keys;
    std::set<std::pair<std::string, net::Endpoint>> names;
    for (const auto& monitor : director::monitors(after)) {
        keys.insert(monitor.key);
        names.emplace(monitor.virtual_name, monitor.key.checked);
    }
    for (const auto& monitor : director::monitors(before)) {
        ++changes.real_servers;
        if (!keys.contains(monitor.key) && !names.contains({monitor.virtual_name, monitor.key.checked}))
            changes.lost.push_back(monitor.virtual_name + "/" + monitor.server_name);
    }
}

}  // namespace

ReloadChanges reload_changes(const config::Config& before, const config::Config& after) {
    ReloadChanges changes;
    changes.services = director::changes(before, after);
    compare_addresses(before, after, changes);
    compare_keys(before, after, changes);
    compare_servers(before, after, changes);
    return changes;
}

std::string ReloadChanges::to_string() const {
    auto text = services.to_string();
    const auto name = [&](const std::vector<std::string>& addresses, std::string_view what) {
        if (addresses.empty()) return;
        text += fmt::format("; floating {} {} {}", addresses.size() == 1 ? "address" : "addresses",
                            joined(addresses), what);
    };
    name(addresses_added, "added");
    name(addresses_removed, "removed");
    name(addresses_changed, "changed");
    if (!keys.empty()) text += "; " + joined(keys) + " changed";
    if (heartbeat_keys) text += "; keys of heartbeats changed";
    return text;
}

std::optional<std::string> too_much(const ReloadChanges& changes) {
    if (2 * changes.lost.size() <= static_cast<std::size_t>(changes.real_servers)) return std::nullopt;
    constexpr std::size_t shown = 20;
    return fmt::format(
        "this would take {} of {} real servers away: {}; if that is meant, say so: pulsectl reload --force",
        changes.lost.size(), changes.real_servers, joined(changes.lost, shown));
}

}  // namespace pulse::daemon
