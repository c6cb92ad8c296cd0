#include "link_monitor.h"

#include <algorithm>

#include "pulse/log/log.h"
#include "pulse/runtime/async.h"

namespace pulse::daemon {

namespace asio = boost::asio;

void LinkMonitor::watch(std::vector<failover::Path> paths, Duration interval) {
    paths_ = std::move(paths);
    interval_ = interval;
    if (running_ || paths_.empty()) return;
    running_ = true;
    runtime::spawn_logged(context_, "link monitor", run());
}

asio::awaitable<void> LinkMonitor::run() {
    bool was_up = true;
    while (!paths_.empty() || !was_up) {
        const bool up = look();
        if (up != was_up) on_change_(up);
        was_up = up;
        co_await runtime::sleep_until(Clock::now() + interval_);
    }
    running_ = false;
}

bool LinkMonitor::look() {
    const auto links = route_.links();
    const auto addresses = route_.addresses();
    if (!links || !addresses) return true;
    bool all_up = true;
    for (const auto& path : paths_) {
        const auto address = std::ranges::find(*addresses, path.own, &kernel::InterfaceAddress::address);
        if (address == addresses->end()) continue;
        const auto link = std::ranges::find(*links, address->link_index, &kernel::Link::index);
        const bool down = link != links->end() && !link->carrier;
        if (down && !down_[path.name])
            log::warning("{} NIC: link down", path.name == "public" ? "Primary" : "Private");
        down_[path.name] = down;
        all_up = all_up && !down;
    }
    return all_up;
}

}  // namespace pulse::daemon
