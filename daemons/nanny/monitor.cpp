#include "monitor.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <utility>

#include "pulse/log/log.h"
#include "pulse/probe/run.h"
#include "pulse/runtime/async.h"

#include "messages.h"

namespace pulse::nanny {

namespace asio = boost::asio;

Monitor::Monitor(asio::io_context& io, health::NannySpec spec, health::CheckSpec check,
                 std::optional<runtime::UniqueFd> channel)
    : io_(io),
      spec_(std::move(spec)),
      check_(std::move(check)),
      signals_(io),
      pause_(io),
      standing_(health::newcomer(spec_.interval, spec_.reentry)) {
    if (channel) channel_.emplace(io.get_executor(), std::move(*channel));
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGHUP}) signals_.add(signal);
}

void Monitor::start() {
    log::info("{}", start_line(spec_));
    runtime::spawn_logged(io_, "watching signals", watch_signals());
    if (channel_) runtime::spawn_logged(io_, "watching the parent", watch_parent(*channel_));
    runtime::spawn_logged(io_, "checking", check_forever());
}

asio::awaitable<void> Monitor::check_forever() {
    for (;;) {
        const auto outcome = co_await one_check();
        note(outcome);
        move(health::step(standing_, outcome));
        if (!delivered_) report();
        log::debug("avail: {:d} active: {:d}: count: {}", outcome.good(),
                   standing_.verdict == health::Verdict::up, standing_.good);
        pause_.expires_after(spec_.interval);
        co_await pause_.async_wait(runtime::as_result);
    }
}

/// Whatever goes wrong here is a failed check, never the end of the monitor.
asio::awaitable<health::Outcome> Monitor::one_check() {
    health::Outcome broken;
    try {
        co_return co_await probe::run(check_, Clock::now() + spec_.timeout.value_or(spec_.interval));
    } catch (const std::exception& e) {
        log::error("internal error while checking: {}", e.what());
        broken.reason = health::Reason::local_failure;
        broken.number = EAGAIN;
    }
    co_return broken;
}

asio::awaitable<void> Monitor::watch_parent(process::Channel& parent) {
    for (;;) {
        const auto message = co_await parent.receive();
        if (!message) break;  // the parent is gone
    }
    io_.stop();
}

asio::awaitable<void> Monitor::watch_signals() {
    for (;;) {
        const auto [error, signal] = co_await signals_.async_wait(runtime::as_result);
        if (error) co_return;
        switch (signal) {
            case SIGUSR1:
                log::info("opaque glasses on");
                wear(health::Glasses::opaque);
                break;
            case SIGUSR2:
                log::info("rose-colored glasses on");
                wear(health::Glasses::rose_coloured);
                break;
            case SIGHUP:
                log::info("DEBUG -- removing glasses");
                wear(health::Glasses::none);
                pause_.cancel();
                break;
            default:
                log::info("Terminating due to signal {}", signal);
                io_.stop();  // a running check program dies with its coroutine
                co_return;
        }
    }
}

void Monitor::note(const health::Outcome& outcome) {
    if (outcome != last_) {
        if (const auto line = failure_line(spec_, outcome)) log::info("{}", *line);
        if (!outcome.good() && standing_.verdict == health::Verdict::down)
            log::info("still failing: {}", health::text(outcome));
    }
    if (!outcome.note.empty() && outcome.note != last_.note) log::warning("{}", outcome.note);
    if (!outcome.good()) ++failures_;
    last_ = outcome;
}

void Monitor::move(const health::Transition& transition) {
    standing_ = transition.standing;
    if (!transition.change) return;
    const auto& change = *transition.change;
    if (const auto line = original_change_line(spec_, change)) log::info("{}", *line);
    log::info("{}", change_line(spec_, change, failures_));
    if (change.to == health::Verdict::up) failures_ = 0;
    report_.verdict = change.to;
    report_.reason = change.reason;
    report();
}

void Monitor::wear(health::Glasses glasses) { move(health::wear(standing_, glasses)); }

void Monitor::report() {
    const auto fields = health::to_fields(report_);
    if (channel_) {
        delivered_ = channel_->send(fields).has_value();  // a full queue: again after the next check
        return;
    }
    // Output nobody can take is lost, like a log line.
    (void)std::fputs(fields.to_text().c_str(), stdout);
    (void)std::fflush(stdout);
}

}  // namespace pulse::nanny
