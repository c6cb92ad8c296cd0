#include "link_monitor.h"

#include <algorithm>

#include "pulse/log/log.h"

namespace pulse::daemon {

namespace {

/// The original's words for the two paths it knows.
std::string nic_name(const failover::Path& path) {
    return path.name == "public" ? "Primary" : path.name == "private" ? "Private" : path.name;
}

}  // namespace

void LinkMonitor::watch(const std::vector<failover::Path>& paths,
                        const std::vector<failover::FloatingAddress>& floating) {
    places_.clear();
    down_.clear();
    reported_.reset();
    for (const auto& path : paths)
        places_.push_back({.name = nic_name(path), .address = path.own, .vital = path.name == "public"});
    if (!paths.empty())
        for (const auto& address : floating)
            if (std::ranges::count(places_, address.device(), &Place::device) == 0)
                places_.push_back({.name = address.device(), .device = address.device(), .vital = true});
    if (places_.empty() || news_) return;
    auto watch = kernel::RouteWatch::open();
    if (!watch) return log::error("links are not watched: {}", watch.error().message());
    news_.emplace(context_, std::move(*watch));
    // A look shows everything, also what was lost when there was too much news. Our own floating addresses
    // say nothing of a link, and are many.
    news_->start([this](const kernel::RouteChanges& changes) {
        const auto is_a_place = [this](const auto& gone) {
            return std::ranges::count(places_, gone.address, &Place::address) != 0;
        };
        if (changes.lost || !changes.links.empty() || !changes.gone_links.empty() ||
            std::ranges::any_of(changes.removed, is_a_place))
            look();
    });
}

bool LinkMonitor::is_down(const Place& place, const std::vector<kernel::Link>& links,
                          const std::vector<kernel::InterfaceAddress>& addresses) {
    auto link = links.end();
    if (place.address) {
        const auto address = std::ranges::find(addresses, *place.address, &kernel::InterfaceAddress::address);
        if (address != addresses.end())
            link = std::ranges::find(links, address->link_index, &kernel::Link::index);
    } else {
        link = std::ranges::find(links, place.device, &kernel::Link::name);
    }
    return link != links.end() && !link->carrier;
}

void LinkMonitor::look() {
    if (places_.empty() && reported_) return;
    const auto links = route_.links();
    const auto addresses = route_.addresses();
    if (!links || !addresses) return log::warning("cannot see the links");
    std::vector<std::string> down;
    bool up = true;
    for (const auto& place : places_) {
        if (!is_down(place, *links, *addresses)) continue;
        down.push_back(place.name);
        up = up && !place.vital;
        if (std::ranges::count(down_, place.name) == 0) log::warning("{} NIC: link down", place.name);
    }
    for (const auto& name : down_)
        if (std::ranges::count(down, name) == 0) log::info("{} NIC: link up", name);
    const auto count = static_cast<std::uint16_t>(places_.size() - down.size());
    down_ = std::move(down);
    if (reported_ == std::pair(up, count)) return;
    reported_ = {up, count};
    on_change_({.up = up, .count = count});
}

}  // namespace pulse::daemon
