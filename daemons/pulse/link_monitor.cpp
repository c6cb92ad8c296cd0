#include "link_monitor.h"

#include "pulse/log/log.h"

namespace pulse::daemon {

void LinkMonitor::watch(const std::vector<failover::Path>& paths,
                        const std::vector<failover::FloatingAddress>& floating, failover::LinkRule rule) {
    watch_.watch(paths, floating, rule);
    if (watch_.empty() || news_) return;
    auto events = kernel::RouteWatch::open();
    if (!events) return log::error("links are not watched: {}", events.error().message());
    news_.emplace(context_, std::move(*events));
    news_->start([this](const kernel::RouteChanges& changes) {
        if (changes.lost || watch_.concerns(changes.links, changes.gone_links, changes.removed)) look();
    });
}

void LinkMonitor::look() {
    again_.cancel();
    const auto links = route_.links();
    const auto addresses = route_.addresses();
    if (!links || !addresses) {
        log::warning("cannot see the links: {}", (links ? addresses.error() : links.error()).message());
        return look_again_soon();
    }
    const auto news = watch_.look(*links, *addresses);
    for (const auto& name : news.lost) log::warning("{} NIC: link down", name);
    for (const auto& name : news.back) log::info("{} NIC: link up", name);
    if (watch_.misses_address()) look_again_soon();
    if (news.change) on_change_(*news.change);
}

void LinkMonitor::look_again_soon() {
    again_.expires_after(std::chrono::seconds(1));
    again_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) look();
    });
}

}  // namespace pulse::daemon
