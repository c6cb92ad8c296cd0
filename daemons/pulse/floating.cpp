#include "floating.h"

#include <algorithm>
#include <utility>

#include "pulse/failover/cluster.h"

namespace pulse::daemon {

namespace {

failover::AnnouncementSettings pace(const config::Config& config) {
    failover::AnnouncementSettings settings;
    settings.repeat = config.arp_repeat;
    settings.interval = config.arp_interval;
    settings.refresh = config.arp_refresh;
    return settings;
}

Result<AddressFrames> open_frames() {
    auto route = kernel::RouteClient::open();
    if (!route) return fail(route.error(), "");
    auto sender = kernel::PacketSender::open();
    if (!sender) return fail(sender.error(), "");
    return AddressFrames(std::move(*route), std::move(*sender));
}

}  // namespace

Result<Floating::Resources> Floating::open() {
    auto addresses = kernel::RouteClient::open();
    if (!addresses) return fail(addresses.error(), "");
    auto watch = kernel::RouteWatch::open();
    if (!watch) return fail(watch.error(), "");
    auto announcements = open_frames();
    if (!announcements) return fail(announcements.error(), "");
    auto probes = open_frames();
    if (!probes) return fail(probes.error(), "");
    auto claims = kernel::ClaimListener::open();
    if (!claims) return fail(claims.error(), "");
    return Resources{.addresses = std::move(*addresses),
                     .watch = std::move(*watch),
                     .announcements = std::move(*announcements),
                     .probes = std::move(*probes),
                     .claims = std::move(*claims)};
}

Floating::Floating(boost::asio::io_context& context, const config::Config& config, Resources resources,
                   Listener listener)
    : addresses_(context, std::move(resources.addresses),
                 [this] {
                     announce();
                     on_repaired_();
                 }),
      announcer_(context, std::move(resources.announcements)),
      strangers_(context, std::move(resources.probes), std::move(resources.claims),
                 std::move(listener.conflict)),
      events_(context, std::move(resources.watch)),
      on_repaired_(std::move(listener.repaired)) {
    want(config);
}

void Floating::want(const config::Config& config) {
    const auto addresses = failover::floating_addresses(config);
    addresses_.want(addresses);
    announcer_.want(addresses, pace(config));
    strangers_.want(addresses);
    devices_.clear();
    for (const auto& floating : addresses) devices_[floating.device()] = {};
}

void Floating::start() {
    events_.start([this](const kernel::RouteChanges& changes) { see(changes); });
    strangers_.start();
}

void Floating::announce() {
    held_ = true;
    addresses_.when_raised([this] { announcer_.start(); });
}

void Floating::drop() {
    held_ = false;
    announcer_.cancel();
    strangers_.rest();
    addresses_.drop();
}

void Floating::change(const config::Config& before, const config::Config& after) {
    const auto old_addresses = failover::floating_addresses(before);
    addresses_.drop(failover::without(old_addresses, failover::floating_addresses(after)));
    want(after);
}

void Floating::see(const kernel::RouteChanges& changes) {
    addresses_.see(changes);
    bool moved = false;
    for (const auto& link : changes.links) {
        const auto known = devices_.find(link.name);
        if (known == devices_.end()) continue;
        const auto before = std::exchange(known->second, link);
        // Neighbours that were not there, or that know another hardware address.
        moved = moved || (before.index != 0 && link.carrier && (!before.carrier || before.mac != link.mac));
    }
    if (moved && held_) announce();
}

}  // namespace pulse::daemon
