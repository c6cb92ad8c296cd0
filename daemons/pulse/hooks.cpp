#include "hooks.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "pulse/base/printable.h"
#include "pulse/base/text.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_waiting = 64;
/// What a program prints beyond that is the next line.
constexpr std::size_t longest_line = 1000;

/// Hands out the whole lines of what has come, and what is left at the end.
class Lines {
  public:
    template <class Take>
    void add(std::string_view text, const Take& take) {
        rest_ += text;
        for (auto end = rest_.find('\n'); end != std::string::npos || rest_.size() > longest_line;
             end = rest_.find('\n')) {
            const auto size = std::min(end, longest_line);
            take(std::string_view(rest_).substr(0, size));
            rest_.erase(0, size == end ? size + 1 : size);
        }
    }
    template <class Take>
    void finish(const Take& take) {
        if (!rest_.empty()) take(std::string_view(rest_));
    }

  private:
    std::string rest_;
};

}  // namespace

void Hooks::run(Run run) {
    if (split_words(run.command).empty()) return;
    if (waiting_.size() == most_waiting) {
        log::warning("{} falls behind: {} is not run", name_, waiting_.front().command);
        waiting_.pop_front();
    }
    waiting_.push_back(std::move(run));
    if (busy_) return;
    busy_ = true;
    runtime::spawn_logged(context_, name_, run_all());
}

asio::awaitable<void> Hooks::run_all() {
    while (!waiting_.empty()) {
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        co_await run_one(std::move(next));
    }
    busy_ = false;
}

asio::awaitable<void> Hooks::run_one(Run run) {
    std::array<int, 2> pipe{-1, -1};
    if (::pipe2(pipe.data(), O_CLOEXEC) < 0) {
        const int reason = errno;
        log::error("{}: cannot make a pipe: {}", name_, std::system_category().message(reason));
        co_return;
    }
    runtime::UniqueFd output(pipe[0]);
    runtime::UniqueFd input(pipe[1]);
    const auto words = split_words(run.command);
    process::SpawnRequest request{.program = std::string(words.front())};
    request.arguments.assign(words.begin() + 1, words.end());
    request.environment.insert(request.environment.end(), run.environment.begin(), run.environment.end());
    request.standard_output = input.get();
    request.join_errors = true;
    request.own_group = true;
    auto spawned = co_await process::Child::spawn_aside(std::move(request));
    input.close();
    if (!spawned) {
        log::error("{}: {}", name_, spawned.error().message());
        co_return;
    }
    const auto child = std::make_shared<process::Child>(std::move(*spawned));
    if (run.limit > Duration{0})
        runtime::spawn_logged(context_, name_ + " limit", kill_at(Clock::now() + run.limit, child));
    runtime::spawn_logged(context_, name_ + " output", log_output(std::move(output), run.command));
    const auto ended = co_await child->wait();
    if (!ended.clean()) log::warning("{} {}", run.command, ended.to_string());
}

asio::awaitable<void> Hooks::log_output(runtime::UniqueFd output, std::string command) {
    asio::posix::stream_descriptor stream(context_, output.release());
    std::array<char, 4096> buffer{};
    Lines lines;
    const auto take = [&](std::string_view line) {
        log::info("{}: {}", command, printable(line, longest_line));
    };
    for (;;) {
        const auto [error, size] = co_await stream.async_read_some(asio::buffer(buffer), runtime::as_result);
        lines.add(std::string_view(buffer.data(), size), take);
        if (error) break;
    }
    lines.finish(take);
}

asio::awaitable<void> Hooks::kill_at(TimePoint when, std::weak_ptr<process::Child> child) {
    co_await runtime::sleep_until(when);
    const auto late = child.lock();
    if (!late) co_return;
    log::warning("{} takes too long and is killed", name_);
    late->kill_group(SIGKILL);
}

}  // namespace pulse::daemon
