#include "addresses.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

#include "pulse/log/log.h"
#include "pulse/runtime/async.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

/// A slice of about a millisecond.
constexpr std::size_t slice = 32;

/// Removing one address may take others of its network along; then a second look finds them missing.
constexpr int most_looks = 3;

constexpr Duration first_pause = std::chrono::milliseconds(200);
constexpr Duration longest_pause = std::chrono::seconds(10);

/// "10.0.0.10, 10.0.0.11 and 3 more"
std::string listed(const std::vector<net::AddressChange>& changes) {
    constexpr std::size_t most = 4;
    std::string text;
    std::size_t count = 0;
    for (const auto& change : changes) {
        if (change.kind != net::AddressChange::Kind::add || ++count > most) continue;
        text += (text.empty() ? "" : ", ") + change.address.address.to_string();
    }
    return count > most ? text + " and " + std::to_string(count - most) + " more" : text;
}

}  // namespace

Addresses::Addresses(asio::io_context& context, kernel::RouteClient route, std::function<void()> on_repaired)
    : context_(context), route_(std::move(route)), on_repaired_(std::move(on_repaired)) {}

void Addresses::want(std::vector<failover::FloatingAddress> wanted) {
    wanted_ = std::move(wanted);
    wanted_addresses_.clear();
    wanted_devices_.clear();
    for (const auto& floating : wanted_) {
        wanted_addresses_.insert(floating.address);
        wanted_devices_.insert(floating.device());
    }
}

void Addresses::raise() {
    held_ = true;
    begin(false);
}

void Addresses::when_raised(std::function<void()> then) {
    if (!job_) return then();
    when_raised_ = std::move(then);
}

void Addresses::begin(bool repair) {
    job_ = std::make_shared<Job>();
    job_->repair = repair;
    look(*job_);
    job_->missed = !job_->changes.empty();
    if (repair && job_->missed)
        log::warning("floating addresses were taken away, raising them again: {}", listed(job_->changes));
    change_some(*job_);  // few addresses are up when this returns
    if (is_done(*job_)) return finish();
    runtime::spawn_logged(context_, "floating addresses", go_on(job_));
}

Result<void> Addresses::dump() {
    auto links = route_.links();
    if (!links) return fail(links.error(), "floating addresses");
    auto present = route_.addresses();
    if (!present) return fail(present.error(), "floating addresses");
    links_ = std::move(*links);
    present_ = std::move(*present);
    return {};
}

void Addresses::look(Job& job) {
    ++job.looks;
    job.done = 0;
    job.doubtful = false;
    job.changes.clear();
    if (auto dumped = dump(); !dumped) return log::error("{}", dumped.error().message());
    auto planned = failover::plan(links_, present_, wanted_);
    if (job.looks == 1 && !job.repair)
        for (const auto& floating : planned.homeless)
            log::error("cannot raise {}: there is no device {}", floating.address.to_string(),
                       floating.device());
    job.changes = std::move(planned.changes);
}

void Addresses::change_some(Job& job) {
    const auto changes =
        std::span(job.changes).subspan(job.done, std::min(slice, job.changes.size() - job.done));
    auto changed = route_.change_addresses(changes, [&](std::size_t, const Error& error) {
        job.doubtful = true;
        if (job.looks == most_looks) log::error("floating addresses: {}", error.message());
    });
    if (!changed) log::error("{}", changed.error().message());
    job.doubtful = job.doubtful || std::ranges::any_of(changes, [](const auto& change) {
                       return change.kind == net::AddressChange::Kind::remove;
                   });
    job.done += changes.size();
}

bool Addresses::is_done(const Job& job) {
    return job.done == job.changes.size() && (!job.doubtful || job.looks == most_looks);
}

asio::awaitable<void> Addresses::go_on(std::weak_ptr<Job> weak) {
    for (;;) {
        co_await asio::post(context_, asio::use_awaitable);
        const auto job = weak.lock();
        if (!job || job != job_) co_return;
        if (job->done == job->changes.size()) look(*job);
        change_some(*job);
        if (is_done(*job)) break;
    }
    finish();
}

void Addresses::finish() {
    const bool repaired = job_->repair && job_->missed;
    job_.reset();
    if (repaired) {
        repair_pause_ = std::min(2 * repair_pause_, longest_pause);
        on_repaired_();
    }
    if (const auto then = std::exchange(when_raised_, nullptr)) then();
}

void Addresses::drop() {
    held_ = false;
    job_.reset();
    when_raised_ = nullptr;
    drop(wanted_);
}

void Addresses::drop(const std::vector<failover::FloatingAddress>& unwanted) {
    if (unwanted.empty()) return;
    if (auto dumped = dump(); !dumped) return log::error("{}", dumped.error().message());
    const auto changes = failover::removal(links_, present_, unwanted);
    auto changed = route_.change_addresses(changes, [](std::size_t, const Error& error) {
        log::error("floating addresses: {}", error.message());
    });
    if (!changed) return log::error("{}", changed.error().message());
    log::debug("took {} floating addresses down", changes.size());
}

bool Addresses::concerns_us(const kernel::RouteChanges& changes) const {
    return changes.lost ||
           std::ranges::any_of(changes.removed,
                               [&](const auto& gone) { return wanted_addresses_.contains(gone.address); }) ||
           // IPv6 addresses go down with their device.
           std::ranges::any_of(changes.links, [&](const auto& link) {
               return link.up && wanted_devices_.contains(link.name);
           });
}

void Addresses::see(const kernel::RouteChanges& changes) {
    if (!held_ || job_ || repair_waits_ || !concerns_us(changes)) return;
    const auto now = Clock::now();
    if (now > next_repair_ + longest_pause) repair_pause_ = first_pause;
    repair_waits_ = true;
    runtime::spawn_logged(context_, "repair of floating addresses",
                          repair_later(std::max(now, next_repair_)));
}

asio::awaitable<void> Addresses::repair_later(TimePoint when) {
    co_await runtime::sleep_until(when);
    repair_waits_ = false;
    if (!held_ || job_) co_return;
    next_repair_ = Clock::now() + repair_pause_;
    begin(true);
}

}  // namespace pulse::daemon
