#include "floating.h"

#include <algorithm>
#include <utility>

#include "pulse/failover/cluster.h"
#include "pulse/log/log.h"

namespace pulse::daemon {

namespace {

failover::AnnouncementSettings pace(const config::Config& config) {
    failover::AnnouncementSettings settings;
    settings.repeat = config.arp_repeat;
    settings.interval = config.arp_interval;
    settings.refresh = config.arp_refresh;
    return settings;
}

Result<std::unique_ptr<FrameSender>> open_sender() {
    auto sender = kernel::PacketSender::open();
    if (!sender) return fail(sender.error(), "");
    return std::make_unique<DeviceSockets>(std::move(*sender));
}

/// A log does not need a thousand lines of one mistake.
void log_some(const std::vector<failover::AddressTrouble>& troubles) {
    constexpr std::size_t most = 8;
    for (std::size_t i = 0; i < std::min(most, troubles.size()); ++i)
        log::error("floating address {}", failover::to_text(troubles[i]));
    if (troubles.size() > most) log::error("and {} more floating addresses", troubles.size() - most);
}

}  // namespace

Result<Floating::Resources> Floating::open() {
    auto links = kernel::RouteClient::open();
    if (!links) return fail(links.error(), "");
    auto addresses = kernel::RouteClient::open();
    if (!addresses) return fail(addresses.error(), "");
    auto watch = kernel::RouteWatch::open(failover::address_protocol);
    if (!watch) return fail(watch.error(), "");
    auto announcements = open_sender();
    if (!announcements) return fail(announcements.error(), "");
    auto probes = open_sender();
    if (!probes) return fail(probes.error(), "");
    auto claims = kernel::ClaimListener::open();
    if (!claims) return fail(claims.error(), "");
    return Resources{.links = std::move(*links),
                     .addresses = std::make_unique<RouteAddresses>(std::move(*addresses)),
                     .watch = std::move(*watch),
                     .announcements = std::move(*announcements),
                     .probes = std::move(*probes),
                     .claims = std::move(*claims),
                     .record = {}};
}

Floating::Floating(boost::asio::io_context& context, const config::Config& config, Resources resources,
                   Listener listener)
    : links_(std::move(resources.links)),
      addresses_(std::move(resources.addresses), std::move(resources.record),
                 [this](const auto& outcome) { hear(outcome); }),
      announcer_(AddressFrames(devices_, std::move(resources.announcements))),
      strangers_(
          context, devices_, AddressFrames(devices_, std::move(resources.probes)),
          std::move(resources.claims), [this] { events_.catch_up(); }, std::move(listener.conflict)),
      events_(context, std::move(resources.watch)),
      listener_(std::move(listener)),
      alarm_(context) {
    change(config);
}

void Floating::change(const config::Config& config) {
    const auto now = Clock::now();
    const auto addresses = failover::floating_addresses(config);
    pace_ = pace(config);
    strangers_.want(addresses);
    addresses_.want(addresses, now);
    settle(now);
}

void Floating::start() {
    events_.start([this](const kernel::RouteChanges& changes) { see(changes); });
    strangers_.start();
    list_devices(Clock::now());
    set_alarm();
}

void Floating::list_devices(TimePoint now) {
    constexpr Duration soon = std::chrono::milliseconds(200);
    list_at_ = TimePoint::max();
    if (const auto all = links_.links()) return tell_of(devices_.list(*all, now));
    log::warning("network interfaces cannot be listed, trying again");
    list_at_ = now + soon;
}

void Floating::raise() {
    held_ = true;
    const auto now = Clock::now();
    addresses_.raise(now);
    settle(now);
}

void Floating::announce() {
    to_announce_ = true;
    settle(Clock::now());
}

void Floating::say_when_up(std::string role) {
    to_say_ = std::move(role);
    settle(Clock::now());
}

void Floating::drop() {
    held_ = false;
    to_announce_ = false;
    to_say_.clear();
    announcer_.cancel();
    strangers_.rest();
    addresses_.drop(Clock::now());
    set_alarm();
}

void Floating::hear(const Addresses::Outcome& outcome) {
    log_some(outcome.appeared);
    for (const auto& trouble : outcome.ended)
        log::info("floating address {} is as it should be again", trouble.address.to_string());
    if (!outcome.appeared.empty()) listener_.trouble(outcome.appeared);
    if (outcome.record_changed && listener_.record) listener_.record(addresses_.record());
    if (!outcome.repaired) return;
    to_announce_ = to_announce_ || held_;
    listener_.repaired();
}

/// Says and announces what has waited for the addresses to be up.
void Floating::settle(TimePoint now) {
    if (held_ && addresses_.settled()) {
        const auto& up = addresses_.up();
        announcer_.want(up, pace_, now);
        if (std::exchange(to_announce_, false)) announcer_.start(now);
        if (const auto role = std::exchange(to_say_, {}); !role.empty()) {
            if (const auto all = addresses_.wanted().size(); up.size() == all)
                log::info("now {}: floating addresses are up", role);
            else
                log::warning("now {}: {} of {} floating addresses are up", role, up.size(), all);
        }
    }
    set_alarm();
}

void Floating::see(const kernel::RouteChanges& changes) {
    const auto now = Clock::now();
    if (changes.lost)
        list_devices(now);
    else
        tell_of(devices_.see(changes, now));
    addresses_.see(changes, now);
    set_alarm();
}

/// Their neighbours were not there, or know another hardware address.
void Floating::tell_of(const std::vector<std::string>& moved) {
    const bool ours = std::ranges::any_of(addresses_.up(), [&](const auto& floating) {
        return std::ranges::find(moved, floating.device()) != moved.end();
    });
    if (ours && held_) announce();
}

void Floating::go_on() {
    const auto now = Clock::now();
    if (now >= list_at_) list_devices(now);
    addresses_.go_on(now);
    announcer_.go_on(now);
    settle(now);
}

void Floating::set_alarm() {
    alarm_.expires_at(std::min({addresses_.due_at(), announcer_.due_at(), list_at_}));
    alarm_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) go_on();
    });
}

}  // namespace pulse::daemon
