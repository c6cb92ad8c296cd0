#include "link_monitor.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::daemon {

namespace asio = boost::asio;

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
    if (places_.empty() || news_.is_open()) return;
    if (auto opened = open_news(); !opened)
        log::error("links are not watched: {}", opened.error().message());
    else
        runtime::spawn_logged(context_, "link monitor", run());
}

Result<void> LinkMonitor::open_news() {
    runtime::UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    if (!socket) return fail_errno("cannot make a netlink socket", errno);
    sockaddr_nl name{};
    name.nl_family = AF_NETLINK;
    name.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
        return fail_errno("cannot listen to the kernel's news of links", errno);
    news_.assign(socket.release());
    return {};
}

asio::awaitable<void> LinkMonitor::run() {
    for (;;) {
        const auto [error] =
            co_await news_.async_wait(asio::posix::descriptor_base::wait_read, runtime::as_result);
        if (error) co_return;
        // What it says is not read: a look shows everything, also what was lost when there was too much news.
        std::array<char, 8192> ignored{};
        while (::recv(news_.native_handle(), ignored.data(), ignored.size(), MSG_TRUNC) > 0 ||
               errno == ENOBUFS)
            errno = 0;
        look();
    }
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
