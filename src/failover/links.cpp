#include "pulse/failover/links.h"

#include <algorithm>
#include <utility>

namespace pulse::failover {

namespace {

/// The original's words for the two paths it knows.
std::string nic_name(const Path& path) {
    return path.name == "public" ? "Primary" : path.name == "private" ? "Private" : path.name;
}

const net::Link* find(std::span<const net::Link> links, auto member, const auto& value) {
    const auto found = std::ranges::find(links, value, member);
    return found == links.end() ? nullptr : &*found;
}

}  // namespace

void LinkWatch::watch(const std::vector<Path>& paths, const std::vector<FloatingAddress>& floating,
                      LinkRule rule) {
    const auto before = std::exchange(places_, {});
    rule_ = rule;
    down_.clear();
    reported_.reset();
    if (rule == LinkRule::ignored) return;
    for (const auto& path : paths)
        if (const bool vital = path.name == "public"; vital || rule == LinkRule::strict)
            places_.push_back({.name = nic_name(path), .address = path.own, .device = {}, .vital = vital});
    if (!paths.empty())
        for (const auto& address : floating)
            if (std::ranges::count(places_, address.device(), &Place::name) == 0)
                places_.push_back(
                    {.name = address.device(), .address = {}, .device = address.device(), .vital = true});
    for (auto& place : places_)
        place.seen = std::ranges::any_of(before, [&](const Place& known) {
            return known.seen && known.address == place.address && known.name == place.name;
        });
}

/// An own address that never was there is not a link's business; a device that floating addresses need is.
bool LinkWatch::is_down(const Place& place) const {
    if (place.index != 0) return !place.carrier;
    return place.seen || !place.address;
}

LinkWatch::News LinkWatch::look(std::span<const net::Link> links,
                                std::span<const net::InterfaceAddress> addresses) {
    News news;
    std::vector<std::string> down;
    bool up = true;
    for (auto& place : places_) {
        const net::Link* link = nullptr;
        if (!place.address) {
            link = find(links, &net::Link::name, place.device);
        } else if (const auto at =
                       std::ranges::find(addresses, *place.address, &net::InterfaceAddress::address);
                   at != addresses.end()) {
            link = find(links, &net::Link::index, at->link_index);
        }
        place.index = link == nullptr ? 0 : link->index;
        place.carrier = link != nullptr && link->carrier;
        if (link != nullptr) place.device = link->name;
        place.seen = place.seen || link != nullptr;
        if (!is_down(place)) continue;
        down.push_back(place.name);
        // A name that is wrong on both routers must not keep both of them out.
        if (place.vital && (place.seen || rule_ == LinkRule::automatic)) up = false;
    }
    std::ranges::copy_if(down, std::back_inserter(news.lost),
                         [&](const auto& name) { return std::ranges::count(down_, name) == 0; });
    std::ranges::copy_if(down_, std::back_inserter(news.back),
                         [&](const auto& name) { return std::ranges::count(down, name) == 0; });
    down_ = std::move(down);
    std::optional<std::uint16_t> count;
    if (rule_ != LinkRule::automatic) count = static_cast<std::uint16_t>(places_.size() - down_.size());
    if (reported_ == std::pair(up, count)) return news;
    reported_ = {up, count};
    news.change = LinksChanged{.up = up, .count = count};
    return news;
}

bool LinkWatch::concerns(std::span<const net::Link> changed, std::span<const net::Link> gone,
                         std::span<const net::InterfaceAddress> removed) const {
    return std::ranges::any_of(places_, [&](const Place& place) {
        return std::ranges::any_of(changed,
                                   [&](const net::Link& link) {
                                       const bool same = link.index == place.index;
                                       if (same != (link.name == place.device)) return true;
                                       return same && link.carrier != place.carrier;
                                   }) ||
               std::ranges::any_of(gone, [&](const net::Link& link) { return link.index == place.index; }) ||
               std::ranges::any_of(removed, [&](const auto& one) { return one.address == place.address; });
    });
}

bool LinkWatch::misses_address() const {
    return std::ranges::any_of(places_, [](const Place& place) { return place.address && place.index == 0; });
}

std::uint16_t LinkWatch::counted() const {
    return rule_ == LinkRule::strict ? static_cast<std::uint16_t>(places_.size()) : std::uint16_t{0};
}

}  // namespace pulse::failover
