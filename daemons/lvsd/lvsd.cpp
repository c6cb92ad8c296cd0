#include "lvsd.h"

#include <algorithm>
#include <csignal>

#include <boost/asio/post.hpp>

#include "pulse/config_file/load.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"

namespace pulse::lvsd {

namespace asio = boost::asio;

namespace {

/// How long readiness waits for the first checks. Addresses raised over an empty table refuse clients;
/// addresses raised late leave them waiting.
constexpr auto settling_limit = std::chrono::seconds(1);

std::chrono::seconds retry_pause(int failures) {
    constexpr int longest = 30;
    return std::chrono::seconds(std::min(failures * failures, longest));
}

}  // namespace

Lvsd::Lvsd(asio::io_context& context, Options options, config::Config config, kernel::IpvsClient ipvs,
           std::optional<runtime::UniqueFd> parent)
    : context_(context),
      options_(std::move(options)),
      config_(std::move(config)),
      ipvs_(std::move(ipvs)),
      nannies_(context.get_executor(),
               {.program = options_.nanny, .foreground = options_.foreground, .verbose = options_.verbose},
               [this](const auto& key, const auto& report) { on_report(key, report); }),
      signals_(context, SIGTERM, SIGINT, SIGHUP),
      retry_(context) {
    if (parent) parent_.emplace(context.get_executor(), std::move(*parent));
}

void Lvsd::start() {
    const auto timeouts = kernel::IpvsTimeouts{
        .tcp = config_.tcp_timeout, .tcp_fin = config_.tcpfin_timeout, .udp = config_.udp_timeout};
    if (auto set = ipvs_.set_timeouts(timeouts); !set) log::error("{}", set.error().message());
    if (const auto found = ipvs_.dump())
        standings_ = director::adopt(config_, ipvs::table_of(*found));
    else
        log::error("{}", found.error().message());

    for (const auto* service : director::services(config_))
        log::info("starting virtual service {} active: {}", service->name, service->port.number);
    for (const auto* duplicate : director::duplicates(config_))
        log::error("virtual service {} left out: {} belongs to an earlier one", duplicate->name,
                   director::service_id(*duplicate).to_string());
    converge();
    nannies_.want(director::monitors(config_));
    tell_ready_when_settled();

    runtime::spawn_logged(context_, "signals", hear_signals());
    runtime::spawn_logged(context_, "settling", limit_settling());
    if (parent_) runtime::spawn_logged(context_, "parent", hear_parent(*parent_));
}

void Lvsd::on_report(const director::MonitorKey& key, const health::Report& report) {
    auto& standing = standings_[key];
    const auto next = director::after(standing, report.verdict);
    if (next == standing) return;
    standing = next;
    converge_soon();
}

void Lvsd::converge_soon() {
    if (converge_posted_ || stopping_) return;
    converge_posted_ = true;
    asio::post(context_, [this] {
        converge_posted_ = false;
        if (stopping_) return;
        converge();
        tell_ready_when_settled();
    });
}

void Lvsd::converge() {
    const auto desired = director::desired_table(config_, standings_);
    for (const auto& [id, entry] : desired) owned_.insert(id);
    const auto steps = kernel::converge(ipvs_, desired, owned_);
    if (steps) {
        for (const auto& step : *steps) log::debug("{}", ipvs::describe(step));
        if (failures_ > 0) log::info("the IPVS table is as it should be again");
        failures_ = 0;
        retry_.cancel();
        return;
    }
    if (failures_++ == 0) log::error("{}", steps.error().message());
    retry_.expires_after(retry_pause(failures_));
    retry_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) converge_soon();
    });
}

void Lvsd::tell_ready_when_settled() {
    if (ready_told_ || !parent_ || failures_ > 0 || !director::settled(config_, standings_)) return;
    ready_told_ = true;
    if (auto told = parent_->send(Fields().add("ready", "1")); !told)
        log::error("{}", told.error().message());
}

asio::awaitable<void> Lvsd::limit_settling() {
    co_await runtime::sleep_until(Clock::now() + settling_limit);
    if (ready_told_ || !parent_ || stopping_) co_return;
    ready_told_ = true;
    log::warning("no real server of some virtual service has answered yet");
    if (auto told = parent_->send(Fields().add("ready", "1")); !told)
        log::error("{}", told.error().message());
}

void Lvsd::reload() {
    log::info("rereading configuration file");
    auto file = config_file::read(options_.config_file);
    if (file) config_file::log_diagnostics(*file);
    if (!file) log::error("{}", file.error().message());
    if (!file || !file->ok()) return log::error("the configuration stays as it was");
    config_ = std::move(file->config);
    converge();
    nannies_.want(director::monitors(config_));
}

asio::awaitable<void> Lvsd::hear_signals() {
    for (;;) {
        const auto [error, signal] = co_await signals_.async_wait(runtime::as_result);
        if (error) co_return;
        if (signal == SIGHUP) {
            reload();
            continue;
        }
        stop(signal);
        co_return;
    }
}

asio::awaitable<void> Lvsd::hear_parent(process::Channel& parent) {
    bool open = true;
    while (open) {
        const auto message = co_await parent.receive();
        open = message.has_value();
    }
    if (stopping_) co_return;
    // pulse died. The table stays: connections go on, and the lvsd of the next pulse adopts it.
    log::warning("pulse is gone; leaving the IPVS table as it is");
    finish();
}

void Lvsd::stop(int signal) {
    log::info("shutting down due to signal {}", signal);
    for (const auto* service : director::services(config_))
        log::info("shutting down virtual service {}", service->name);
    if (const auto cleared = kernel::converge(ipvs_, {}, owned_); !cleared)
        log::error("{}", cleared.error().message());
    finish();
}

void Lvsd::finish() {
    stopping_ = true;
    signals_.cancel();
    retry_.cancel();
    nannies_.stop();
    runtime::spawn_logged(context_, "end", wait_for_nannies());
}

asio::awaitable<void> Lvsd::wait_for_nannies() {
    const auto deadline = Clock::now() + std::chrono::seconds(2);
    while (!nannies_.none_left() && Clock::now() < deadline)
        co_await runtime::sleep_until(Clock::now() + std::chrono::milliseconds(5));
    context_.stop();
}

}  // namespace pulse::lvsd
