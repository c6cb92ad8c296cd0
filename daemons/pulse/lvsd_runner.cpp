#include "lvsd_runner.h"

#include <csignal>

#include <boost/asio/post.hpp>

#include "pulse/runtime/async.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

/// Clearing 16,000 servers takes well under a second; after this long something hangs.
constexpr auto patience = std::chrono::seconds(5);

}  // namespace

void LvsdRunner::start() {
    if (child_) {
        start_again_ = stopping_;
        return;
    }
    stopping_ = false;
    start_again_ = false;
    spawn(arguments_);
}

void LvsdRunner::clear_table() {
    if (child_) return;
    auto arguments = arguments_;
    arguments.emplace_back("--remove");
    stopping_ = true;
    spawn(arguments);
    end_in_time();
}

void LvsdRunner::spawn(const std::vector<std::string>& arguments) {
    auto ends = process::make_channel_pair();
    if (!ends) return report_soon(failover::LvsdCrashed{.pid = 0, .how = ends.error().message()});
    const process::SpawnRequest request{
        .program = program_, .arguments = arguments, .channel = ends->second.get()};
    auto child = process::Child::spawn(context_.get_executor(), request);
    if (!child) return report_soon(failover::LvsdCrashed{.pid = 0, .how = child.error().message()});
    child_ = std::make_shared<process::Child>(std::move(*child));
    runtime::spawn_logged(context_, "lvsd",
                          watch(child_, process::Channel(context_.get_executor(), std::move(ends->first))));
}

void LvsdRunner::stop() {
    start_again_ = false;
    if (!child_) return report_soon(failover::LvsdStopped{});
    if (stopping_) return;
    stopping_ = true;
    child_->kill(SIGTERM);
    end_in_time();
}

void LvsdRunner::end_in_time() {
    if (child_) runtime::spawn_logged(context_, "end of lvsd", kill_late(child_->pid()));
}

asio::awaitable<void> LvsdRunner::watch(std::shared_ptr<process::Child> child, process::Channel channel) {
    for (;;) {
        const auto message = co_await channel.receive();
        if (!message) break;
        if (message->find("ready") && !stopping_) on_event_(failover::LvsdReady{});
    }
    const auto ended = co_await child->wait();
    child_.reset();
    const bool asked = stopping_;
    stopping_ = false;
    if (!asked)
        on_event_(failover::LvsdCrashed{.pid = child->pid(), .how = ended.to_string()});
    else if (start_again_)
        start();
    else
        on_event_(failover::LvsdStopped{});
}

asio::awaitable<void> LvsdRunner::kill_late(int pid) {
    co_await runtime::sleep_until(Clock::now() + patience);
    if (child_ && child_->pid() == pid) child_->kill(SIGKILL);
}

void LvsdRunner::report_soon(failover::Event event) {
    asio::post(context_, [this, event = std::move(event)] { on_event_(event); });
}

}  // namespace pulse::daemon
