#include "nanny.h"

#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>
#include <variant>

#include <malloc.h>

#include "pulse/log/log.h"
#include "pulse/probe/run.h"
#include "pulse/runtime/async.h"

namespace pulse::nanny {

namespace asio = boost::asio;

namespace {

/// Whether a message was not taken only because the parent is slow. Any other refusal is for good: a parent
/// that is gone, or a message that is too long.
bool must_wait(const Result<void>& sent) {
    if (sent) return false;
    if (sent.error().code == std::errc::resource_unavailable_try_again) return true;
    log::error("report lost: {}", sent.error().message());
    return false;
}

}  // namespace

Nanny::Nanny(asio::io_context& io, std::optional<runtime::UniqueFd> channel,
             std::optional<runtime::UniqueFd> rwho)
    : io_(io), signals_(io), tidy_(io) {
    if (channel) channel_.emplace(io.get_executor(), std::move(*channel));
    if (rwho) rwho_.emplace(io.get_executor(), std::move(*rwho));
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGHUP}) signals_.add(signal);
}

void Nanny::start() {
    runtime::spawn_logged(io_, "watching signals", hear_signals());
    if (channel_) runtime::spawn_logged(io_, "hearing the parent", hear_parent(*channel_));
    if (rwho_) runtime::spawn_logged(io_, "hearing rwhod", rwho_->listen());
}

void Nanny::add(const std::string& id, const Options& options) {
    remove(id);
    auto [check, notes] = health::check_from(options.spec, options.escapes);
    for (const auto& note : notes) log::info("{}", note);
    if (const auto prepared = probe::prepare(check); !prepared)
        log::error("every check will fail: {}", prepared.error().message());
    auto& monitor = monitors_[id];
    monitor = std::make_shared<Monitor>(io_.get_executor(), id, options.spec, std::move(check),
                                        rwho_ ? &*rwho_ : nullptr,
                                        [this](const health::Report& report) { pass_on(report); });
    monitor->start();
}

void Nanny::remove(const std::string& id) {
    const auto found = monitors_.find(id);
    if (found == monitors_.end()) return;
    found->second->stop();
    monitors_.erase(found);
    waiting_.erase(id);
}

asio::awaitable<void> Nanny::hear_parent(process::Channel& parent) {
    for (;;) {
        const auto message = co_await parent.receive();
        if (!message) break;  // the parent is gone
        obey(*message);
    }
    io_.stop();
}

void Nanny::obey(const Fields& message) {
    if (const auto id = message.find("remove")) return remove(std::string(*id));
    if (message.find("report"))
        for (const auto& [id, monitor] : monitors_) monitor->report();
    if (const auto forgiven = message.find("forgive"))
        if (const auto found = monitors_.find(std::string(*forgiven)); found != monitors_.end())
            found->second->forgive();
    const auto id = message.find("add");
    if (!id) return;
    std::vector<std::string> arguments;
    for (const auto argument : message.all("argument")) arguments.emplace_back(argument);
    tidy_later();
    auto parsed = parse_options(arguments);
    if (auto* options = std::get_if<Options>(&parsed)) return add(std::string(*id), *options);
    log::error("check {} cannot be understood: {}", *id, std::get<Farewell>(parsed).text);
}

/// The first round of many checks is done at once and takes memory that is never needed again.
void Nanny::tidy_later() {
    tidy_.expires_after(std::chrono::seconds(15));
    tidy_.async_wait([](const boost::system::error_code& another_came) {
        if (!another_came) (void)::malloc_trim(0);
    });
}

asio::awaitable<void> Nanny::hear_signals() {
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
                break;
            default:
                log::info("Terminating due to signal {}", signal);
                io_.stop();  // a running check program dies with its coroutine
                co_return;
        }
    }
}

void Nanny::wear(health::Glasses glasses) {
    for (const auto& [id, monitor] : monitors_) monitor->wear(glasses);
}

void Nanny::pass_on(const health::Report& report) {
    const auto fields = health::to_fields(report);
    if (!channel_) {
        // Output nobody can take is lost, like a log line.
        (void)std::fputs(fields.to_text().c_str(), stdout);
        (void)std::fflush(stdout);
        return;
    }
    if (waiting_.empty() && !must_wait(channel_->send(fields))) return;
    const bool nobody_waits = waiting_.empty();
    waiting_[report.check] = report;
    if (nobody_waits) runtime::spawn_logged(io_, "sending reports", send_waiting(*channel_));
}

asio::awaitable<void> Nanny::send_waiting(process::Channel& parent) {
    while (!waiting_.empty()) {
        const bool open = co_await parent.has_room();
        if (!open) co_return;
        while (!waiting_.empty() && !must_wait(parent.send(health::to_fields(waiting_.begin()->second))))
            waiting_.erase(waiting_.begin());
    }
}

}  // namespace pulse::nanny
