#include "strangers.h"

#include <algorithm>
#include <span>
#include <utility>

#include <fcntl.h>

#include "pulse/log/log.h"
#include "pulse/runtime/async.h"

namespace pulse::daemon {

namespace asio = boost::asio;

Strangers::Strangers(asio::io_context& context, const Devices& devices, AddressFrames frames,
                     kernel::ClaimListener listener, std::function<void()> catch_up, OnAlarm on_alarm)
    : context_(context),
      devices_(devices),
      frames_(std::move(frames)),
      listener_(std::move(listener)),
      catch_up_(std::move(catch_up)),
      on_alarm_(std::move(on_alarm)),
      arp_readable_(context, ::fcntl(listener_.arp_descriptor(), F_DUPFD_CLOEXEC, 0)),
      ipv6_readable_(context, ::fcntl(listener_.ipv6_descriptor(), F_DUPFD_CLOEXEC, 0)),
      timer_(context) {}

void Strangers::start() {
    runtime::spawn_logged(context_, "ARP", listen(arp_readable_));
    runtime::spawn_logged(context_, "neighbour advertisements", listen(ipv6_readable_));
}

void Strangers::want(std::vector<failover::FloatingAddress> addresses) {
    addresses_ = std::move(addresses);
    ours_.clear();
    for (const auto& floating : addresses_) ours_.insert(floating.address);
    timer_.cancel();
}

void Strangers::probe() {
    minding_ = true;
    frames_.complain_again();
    asked_ = failover::Announcement::beginning(Clock::now());
    ask_some();
}

void Strangers::rest() {
    minding_ = false;
    timer_.cancel();
}

void Strangers::ask_some() {
    const auto step = failover::next_step(asked_, addresses_.size(), Clock::now(), {});
    const auto due = std::span(addresses_).subspan(step.first, step.count);
    for (auto rest = due; !rest.empty();) {
        const auto device = rest.front().device();
        const auto end =
            std::ranges::find_if(rest, [&](const auto& floating) { return floating.device() != device; });
        const auto run = rest.first(static_cast<std::size_t>(end - rest.begin()));
        // What a full queue does not take is not asked for: this is no more than a precaution.
        (void)frames_.send(run, AddressFrames::Form::probe);
        rest = rest.subspan(run.size());
    }
    asked_ = step.then;
    if (asked_.sweep != 0) return;
    timer_.expires_at(step.wake_at);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled && minding_) ask_some();
    });
}

asio::awaitable<void> Strangers::listen(asio::posix::stream_descriptor& readable) {
    // A network full of ARP is sampled: what repeats is noticed all the same.
    constexpr auto pause = std::chrono::milliseconds(5);
    for (;;) {
        const auto [error] =
            co_await readable.async_wait(asio::posix::stream_descriptor::wait_read, runtime::as_result);
        if (error) co_return;
        const auto all = listener_.read();
        // A card of ours that has just got another hardware address is no stranger.
        if (!all.empty() && minding_) catch_up_();
        for (const auto& heard : all) judge(heard);
        co_await runtime::sleep_until(Clock::now() + pause);
    }
}

void Strangers::judge(const kernel::ClaimListener::Heard& heard) {
    const auto& [address, mac] = heard.claim;
    if (!minding_ || !ours_.contains(address) || devices_.have(mac)) return;
    const auto verdict = alarms_.heard(heard.claim, Clock::now());
    if (!verdict.alarm) return;
    if (verdict.unsaid > 0) log::warning("address conflict: {} more were heard before", verdict.unsaid);
    log::warning("address conflict: {} claims to have {} too (heard on {})", mac.to_string(),
                 address.to_string(), devices_.name_of(heard.link_index));
    on_alarm_(heard.claim);
}

}  // namespace pulse::daemon
