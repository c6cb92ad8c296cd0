#include "strangers.h"

#include <span>

#include <fcntl.h>

#include "pulse/log/log.h"
#include "pulse/runtime/async.h"

namespace pulse::daemon {

namespace asio = boost::asio;

Strangers::Strangers(asio::io_context& context, AddressFrames frames, kernel::ClaimListener listener,
                     OnAlarm on_alarm)
    : context_(context),
      frames_(std::move(frames)),
      listener_(std::move(listener)),
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
    frames_.look_up_devices();
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
    // What a full queue does not take is not asked for: this is no more than a precaution.
    (void)frames_.send(due, AddressFrames::Form::probe);
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
        for (const auto& heard : listener_.read()) judge(heard);
        co_await runtime::sleep_until(Clock::now() + pause);
    }
}

void Strangers::judge(const kernel::ClaimListener::Heard& heard) {
    const auto& [address, mac] = heard.claim;
    if (!minding_ || !ours_.contains(address) || frames_.is_ours(mac)) return;
    const auto verdict = alarms_.heard(heard.claim, Clock::now());
    if (!verdict.alarm) return;
    if (verdict.unsaid > 0) log::warning("address conflict: {} more were heard before", verdict.unsaid);
    log::warning("address conflict: {} claims to have {} too (heard on {})", mac.to_string(),
                 address.to_string(), frames_.device_name(heard.link_index));
    on_alarm_(heard.claim);
}

}  // namespace pulse::daemon
