#include "lvsd_runner.h"

#include <algorithm>
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
    const bool foreground = std::ranges::find(arguments, "--nodaemon") != arguments.end();
    const process::SpawnRequest request{.program = program_,
                                        .arguments = arguments,
                                        .channel = ends->second.get(),
                                        .our_streams = foreground};
    auto child = process::Child::spawn(context_.get_executor(), request);
    if (!child) return report_soon(failover::LvsdCrashed{.pid = 0, .how = child.error().message()});
    child_ = std::make_shared<process::Child>(std::move(*child));
    channel_ = std::make_shared<process::Channel>(context_.get_executor(), std::move(ends->first));
    runtime::spawn_logged(context_, "lvsd", watch(child_, channel_));
}

void LvsdRunner::stop(bool leave_table) {
    start_again_ = false;
    if (!child_) return report_soon(failover::LvsdStopped{});
    if (stopping_) return;
    stopping_ = true;
    if (leave_table)
        (void)channel_->send(Fields().add("leave_table", "1"));  // or it will be killed in the end
    child_->kill(SIGTERM);
    end_in_time();
}

void LvsdRunner::end_in_time() {
    if (child_) runtime::spawn_logged(context_, "end of lvsd", kill_late(child_->pid()));
}

asio::awaitable<std::optional<Fields>> LvsdRunner::ask(std::string request, Fields details, Duration limit) {
    if (!child_ || stopping_) co_return std::nullopt;
    const auto question =
        std::make_shared<Question>(Question{.id = std::to_string(++last_id_),
                                            .answer = std::nullopt,
                                            .done = asio::steady_timer(context_, Clock::now() + limit)});
    Fields message = std::move(details);
    message.add(std::move(request), question->id);
    const auto sent = channel_->send(message);
    if (!sent) co_return std::nullopt;
    questions_.push_back(question);
    co_await question->done.async_wait(runtime::as_result);
    std::erase(questions_, question);
    co_return question->answer;
}

void LvsdRunner::take_answer(const Fields& message) {
    const auto id = message.find("answer");
    for (const auto& question : questions_)
        if (id && question->id == *id) {
            question->answer = message;
            question->done.cancel();
        }
}

asio::awaitable<void> LvsdRunner::watch(std::shared_ptr<process::Child> child,
                                        std::shared_ptr<process::Channel> channel) {
    for (;;) {
        const auto message = co_await channel->receive();
        if (!message) break;
        take_answer(*message);
        if (message->find("ready") && !stopping_) on_event_(failover::LvsdReady{});
    }
    const auto ended = co_await child->wait();
    child_.reset();
    channel_.reset();
    for (const auto& question : questions_) question->done.cancel();
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
