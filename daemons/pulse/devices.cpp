#include "devices.h"

#include <algorithm>
#include <utility>

namespace pulse::daemon {

std::vector<std::string> Devices::list(const std::vector<net::Link>& all, TimePoint now) {
    std::vector<std::string> moved;
    const auto before = std::exchange(by_name_, {});
    for (const auto& link : all) {
        if (const auto known = before.find(link.name); known != before.end()) by_name_.insert(*known);
        if (take(link, now)) moved.push_back(link.name);
    }
    for (const auto& [name, link] : before)
        if (!by_name_.contains(name)) remember(link.mac, now);
    return moved;
}

std::vector<std::string> Devices::see(const kernel::RouteChanges& changes, TimePoint now) {
    std::vector<std::string> moved;
    for (const auto& link : changes.links)
        if (take(link, now)) moved.push_back(link.name);
    for (const auto& link : changes.gone_links) {
        remember(link.mac, now);
        std::erase_if(by_name_, [&](const auto& known) { return known.second.index == link.index; });
    }
    return moved;
}

bool Devices::take(const net::Link& link, TimePoint now) {
    // A device that has got another name is not two.
    std::erase_if(by_name_, [&](const auto& known) {
        return known.second.index == link.index && known.first != link.name;
    });
    const auto [known, is_new] = by_name_.emplace(link.name, link);
    if (is_new) return false;
    const auto before = std::exchange(known->second, link);
    if (before.mac != link.mac) remember(before.mac, now);
    return link.carrier && (!before.carrier || before.mac != link.mac);
}

void Devices::remember(const net::Mac& mac, TimePoint now) {
    constexpr Duration moment = std::chrono::seconds(10);
    std::erase_if(former_, [&](const auto& entry) { return entry.second + moment < now; });
    former_[mac] = now;
}

const net::Link* Devices::find(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &found->second;
}

std::string Devices::name_of(int index) const {
    const auto found =
        std::ranges::find_if(by_name_, [&](const auto& known) { return known.second.index == index; });
    return found == by_name_.end() ? "?" : found->first;
}

bool Devices::have(const net::Mac& mac) const {
    return former_.contains(mac) ||
           std::ranges::any_of(by_name_, [&](const auto& known) { return known.second.mac == mac; });
}

}  // namespace pulse::daemon
