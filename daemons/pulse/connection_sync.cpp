#include "connection_sync.h"

#include <algorithm>

#include <net/if.h>

#include "pulse/kernel/ipvs_client.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/in_a_thread.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

/// A device that appears, or a daemon that somebody has stopped, waits no longer than this.
constexpr auto regular = std::chrono::seconds(2);

}  // namespace

ConnectionSync::Outcome ConnectionSync::converge_kernel(const Wish& wish) {
    Outcome outcome;
    const auto note = [&](const Error& error) {
        outcome.problem += (outcome.problem.empty() ? "" : "; ") + error.message();
    };
    auto ipvs = kernel::IpvsClient::open();
    if (!ipvs) return note(ipvs.error()), outcome;
    const auto running = ipvs->daemons();
    if (!running) return note(running.error()), outcome;
    if (!wish.wanted.empty()) outcome.device = ::if_nametoindex(wish.wanted.front().interface.c_str());
    const bool new_device = wish.device != 0 && outcome.device != 0 && outcome.device != wish.device;
    auto plan = failover::plan(*running, wish.wanted, new_device);
    // The kernel lists them all the same.
    if (!wish.wanted.empty() && outcome.device == 0 && plan.start.empty())
        outcome.problem = "there is no device " + wish.wanted.front().interface;
    if (wish.wanted.empty()) plan.stop = failover::leftovers(*running, wish.started);
    for (const auto& daemon : *running) {
        if (std::ranges::find(plan.stop, daemon.role) == plan.stop.end()) continue;
        if (auto stopped = ipvs->stop_daemon(daemon.role); !stopped)
            note(stopped.error());
        else
            outcome.stopped.push_back(failover::name_of(daemon));
    }
    for (const auto& daemon : plan.start) {
        if (auto started = ipvs->start_daemon(daemon); !started)
            note(Error{started.error().code, failover::name_of(daemon) + ": " + started.error().context});
        else
            outcome.started.push_back(failover::name_of(daemon));
    }
    return outcome;
}

ConnectionSync::ConnectionSync(asio::io_context& context, runtime::StateStore& store,
                               const std::string& recorded, Converge converge)
    : store_(store),
      context_(context),
      converge_(std::move(converge)),
      wish_{.wanted = {}, .started = failover::started_from(recorded)},
      pause_(context) {}

void ConnectionSync::start() { runtime::spawn_logged(context_, "connection synchronisation", run()); }

void ConnectionSync::want(std::vector<ipvs::SyncDaemon> daemons) {
    if (daemons == wish_.wanted) return;
    wish_.wanted = std::move(daemons);
    news_ = true;
    busy_ = true;
    pause_.cancel();
}

asio::awaitable<void> ConnectionSync::run() {
    for (;;) {
        news_ = false;
        co_await look();
        busy_ = news_;
        if (news_) continue;
        pause_.expires_after(regular);
        co_await pause_.async_wait(runtime::as_result);
    }
}

asio::awaitable<void> ConnectionSync::look() {
    // Without a wish, and nothing left of an earlier one, whatever runs is somebody else's.
    if (wish_.wanted.empty() && wish_.started.empty()) {
        problem_.clear();
        co_return;
    }
    busy_ = true;
    // Before they run: who dies in between must still know of them.
    if (!wish_.wanted.empty() && wish_.started != wish_.wanted) co_await keep_record(wish_.wanted);
    constexpr auto limit = std::chrono::seconds(30);
    const bool none_wanted = wish_.wanted.empty();
    const std::function<Result<Outcome>()> looking = [converge = converge_, wish = wish_] {
        return Result<Outcome>(converge(wish));
    };
    auto outcome = co_await runtime::in_a_thread(limit, "no answer from the kernel", looking);
    if (!outcome) outcome = Outcome{.started = {}, .stopped = {}, .problem = outcome.error().message()};
    take(*outcome);
    std::vector<ipvs::SyncDaemon> none;
    if (none_wanted && outcome->problem.empty()) co_await keep_record(std::move(none));
}

asio::awaitable<void> ConnectionSync::keep_record(std::vector<ipvs::SyncDaemon> started) {
    auto text = failover::to_text(started);
    wish_.started = std::move(started);
    const auto kept = co_await store_.write(record, std::move(text));
    if (!kept) log::warning("{}", kept.error().message());
}

void ConnectionSync::take(const Outcome& outcome) {
    if (outcome.device != 0) wish_.device = outcome.device;
    for (const auto& name : outcome.stopped) log::info("connection synchronisation: {} stopped", name);
    for (const auto& name : outcome.started) log::info("connection synchronisation: {} started", name);
    if (!outcome.problem.empty() && outcome.problem != problem_)
        log::error("connection synchronisation: {}", outcome.problem);
    problem_ = outcome.problem;
}

}  // namespace pulse::daemon
