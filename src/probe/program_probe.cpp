#include "program_probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "pulse/base/printable.h"
#include "pulse/health/program.h"
#include "pulse/process/account.h"
#include "pulse/process/child.h"
#include "pulse/process/descendants.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::probe {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using health::Outcome;
using health::Reason;

namespace {

/// The reading end of a program's standard output and what came out of it.
class Output {
  public:
    Output(const asio::any_io_executor& executor, runtime::UniqueFd pipe) : pipe_(executor, pipe.get()) {
        (void)pipe.release();
    }

    /// Takes what is in the pipe now. False at its end.
    bool take() {
        for (;;) {
            const auto got = ::read(pipe_.native_handle(), chunk_.data(), chunk_.size());
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return errno == EAGAIN;
            if (got == 0) return false;
            const auto room = health::program_output_limit - text_.size();
            text_.append(chunk_.data(), std::min(room, static_cast<std::size_t>(got)));
            truncated_ = truncated_ || static_cast<std::size_t>(got) > room;
            if (truncated_) return true;  // a flood must not keep us from the deadline
        }
    }

    void close() {
        boost::system::error_code ignored;
        (void)pipe_.close(ignored);
    }
    [[nodiscard]] stream_descriptor& pipe() { return pipe_; }
    [[nodiscard]] std::string& text() { return text_; }
    [[nodiscard]] bool truncated() const { return truncated_; }

  private:
    stream_descriptor pipe_;
    std::string text_;
    bool truncated_ = false;
    std::array<char, 4096> chunk_{};
};

/// Empties the pipe while the program runs, so that it never waits for us; ends when the pipe does or is
/// closed here.
asio::awaitable<void> drain(std::shared_ptr<Output> output) {
    for (;;) {
        const auto [error] =
            co_await output->pipe().async_wait(stream_descriptor::wait_read, runtime::as_result);
        if (error || !output->take()) co_return;
    }
}

/// Kills the program and its descendants unless told that it has ended.
class KillGuard {
  public:
    explicit KillGuard(const process::Child& child) : child_(&child) {}
    ~KillGuard() { kill(); }
    KillGuard(const KillGuard&) = delete;
    KillGuard& operator=(const KillGuard&) = delete;
    KillGuard(KillGuard&&) = delete;
    KillGuard& operator=(KillGuard&&) = delete;

    void kill() {
        if (child_ != nullptr) process::kill_with_descendants(child_->pid());
        child_ = nullptr;
    }
    void ended() { child_ = nullptr; }

  private:
    const process::Child* child_;
};

std::string in_words(const std::vector<std::string>& words) {
    std::string line;
    for (const auto& word : words) line += (line.empty() ? "" : " ") + word;
    return line;
}

/// Buries a killed program whenever it really dies: one in uninterruptible sleep must not stop the next
/// check.
asio::awaitable<void> bury(process::Child child) { co_await child.wait(); }

/// As execvp(3): a script without a #! line is run by the shell.
Result<process::Child> start(const asio::any_io_executor& executor, process::SpawnRequest request) {
    auto child = process::Child::spawn(executor, request);
    const bool plain_script = !child && child.error().code == std::errc::executable_format_error &&
                              request.program.find('/') != std::string::npos;
    if (!plain_script) return child;
    request.arguments.insert(request.arguments.begin(), std::exchange(request.program, "/bin/sh"));
    return process::Child::spawn(executor, request);
}

process::SpawnRequest request_for(const std::vector<std::string>& words, int standard_output) {
    process::SpawnRequest request;
    request.program = words.front();
    request.arguments.assign(words.begin() + 1, words.end());
    request.standard_output = standard_output;
    // The same whether nanny was started by systemd, by pulse or in somebody's shell.
    request.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/",
                           "SHELL=/bin/sh", "LANG=C.UTF-8"};
    request.own_group = true;
    return request;
}

}  // namespace

asio::awaitable<ProgramResult> run_program(const std::vector<std::string>& words, TimePoint deadline,
                                           const Trace& trace) {
    if (trace) trace("running: " + in_words(words));
    Outcome failure;
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        failure.reason = Reason::local_failure;
        failure.number = errno;
        co_return failure;
    }
    runtime::UniqueFd reading(ends[0]);
    runtime::UniqueFd writing(ends[1]);
    ::fcntl(reading.get(), F_SETFL, O_NONBLOCK);

    const auto executor = co_await asio::this_coro::executor;
    auto child = start(executor, request_for(words, writing.get()));
    writing.close();
    if (!child) {
        failure.number = child.error().code.value();
        const bool missing =
            failure.number == ENOENT || failure.number == EACCES || failure.number == ENOEXEC;
        failure.reason = missing ? Reason::program_cannot_run : Reason::local_failure;
        if (missing) failure.detail = "for the account " + process::account_name(::geteuid());
        co_return failure;
    }
    KillGuard guard(*child);
    const auto output = std::make_shared<Output>(executor, std::move(reading));
    runtime::spawn_logged(executor, "reading a check program's output", drain(output));

    const auto end = co_await runtime::with_deadline(deadline, child->wait());
    if (!end) {
        guard.kill();
        output->close();
        runtime::spawn_logged(executor, "burying a check program", bury(std::move(*child)));
        failure.reason = Reason::program_timed_out;
        co_return failure;
    }
    guard.ended();
    // What it printed last; a process it left behind may hold the pipe open, so the pipe's end is not waited
    // for.
    (void)output->take();
    output->close();
    health::ProgramRun ran;
    ran.status = end->status;
    ran.signal = end->signal;
    ran.output = std::move(output->text());
    ran.truncated = output->truncated();
    if (trace)
        trace((ran.signal != 0 ? "killed by signal " + std::to_string(ran.signal)
                               : "exited with status " + std::to_string(ran.status)) +
              ", printed " + std::to_string(ran.output.size()) + " bytes: \"" + printable(ran.output, 200) +
              "\"");
    co_return ran;
}

asio::awaitable<Outcome> probe_program(const health::ProgramCheck& check, TimePoint deadline,
                                       const Trace& trace) {
    auto result = co_await run_program(check.words, deadline, trace);
    if (auto* failure = std::get_if<Outcome>(&result)) co_return std::move(*failure);
    co_return health::judge(std::get<health::ProgramRun>(result), check.expect);
}

}  // namespace pulse::probe
