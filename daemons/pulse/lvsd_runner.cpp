#include "lvsd_runner.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <utility>

#include <boost/asio/post.hpp>

#include "pulse/base/text.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

/// Clearing 16,000 servers takes well under a second. After the first of these limits lvsd did not get our
/// message, after the second something hangs.
constexpr auto signal_after = std::chrono::seconds(2);
constexpr auto kill_after = std::chrono::seconds(5);

/// More than reading and programming 16,000 servers takes; one that hangs is replaced before.
constexpr auto use_limit = std::chrono::seconds(20);

constexpr auto round_length = std::chrono::seconds(1);

constexpr std::array<const char*, 2> names{"config", "drained"};

/// How much of the processor a process has used (clock_getcpuclockid(3)).
std::chrono::nanoseconds processor_time(pid_t pid) {
    clockid_t clock{};
    timespec used{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return {};
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace

void LvsdRunner::start() {
    if (run_) {
        start_again_ = run_->stopping;
        return;
    }
    start_again_ = false;
    spawn(false);
}

void LvsdRunner::clear_table() {
    if (!run_) spawn(true);
}

void LvsdRunner::spawn(bool removes) {
    const auto failed = [this](const Error& error) {
        report_soon(failover::LvsdCrashed{.pid = 0, .how = error.message()});
    };
    auto ends = process::make_channel_pair();
    if (!ends) return failed(ends.error());
    const bool foreground = std::ranges::find(arguments_, "--nodaemon") != arguments_.end();
    process::SpawnRequest request{.program = program_,
                                  .arguments = arguments_,
                                  .channel = ends->second.get(),
                                  .our_streams = foreground};
    if (removes) request.arguments.emplace_back("--remove");
    auto child = process::Child::spawn(context_.get_executor(), request);
    if (!child) return failed(child.error());
    run_ = std::make_shared<Run>(Run{.child = std::move(*child),
                                     .channel = {context_.get_executor(), std::move(ends->first)},
                                     .watch = {},
                                     .heard_at = Clock::now()});
    run_->removes = removes;
    // Without these it ends by itself, and says why.
    for (const auto what : {Handout::config, Handout::drained})
        if (auto handed = hand(*run_, what); !handed) log::error("{}", handed.error().message());
    runtime::spawn_logged(context_, "lvsd", watch(run_));
    if (removes)
        end();
    else
        runtime::spawn_logged(context_, "questions to lvsd", see_that_it_answers(run_));
}

Result<void> LvsdRunner::hand(Run& run, Handout what) {
    const auto which = static_cast<std::size_t>(what);
    const auto id = run.handed.at(which) = ++run.last_id;
    return run.channel.send(Fields().add(names.at(which), std::to_string(id)), texts_.at(which).get());
}

void LvsdRunner::stop(bool leave_table) {
    start_again_ = false;
    if (!run_) return report_soon(failover::LvsdStopped{});
    if (run_->stopping) return;
    // A message, so that it comes after all that was said before; a signal would overtake it.
    auto order = Fields().add("stop", std::to_string(++run_->last_id));
    if (leave_table) order.add("leave_table", "1");
    run_->leave_table = leave_table;
    if (auto sent = run_->channel.send(order); !sent) {
        log::warning("lvsd cannot be told to stop: {}", sent.error().message());
        run_->child.kill(leave_table ? SIGKILL : SIGTERM);
    }
    end();
}

/// From now on its end is what was wanted.
void LvsdRunner::end() {
    run_->stopping = true;
    for (const auto& question : questions_) question->done.cancel();
    runtime::spawn_logged(context_, "end of lvsd", end_in_time(run_));
}

asio::awaitable<void> LvsdRunner::end_in_time(std::shared_ptr<Run> run) {
    const auto begun = Clock::now();
    if (!run->removes) {
        co_await runtime::sleep_until(begun + signal_after);
        if (run == run_ && !run->leave_table) run->child.kill(SIGTERM);
    }
    co_await runtime::sleep_until(begun + kill_after);
    if (run != run_) co_return;
    log::warning("lvsd does not end and is killed");
    run->child.kill(SIGKILL);
}

asio::awaitable<LvsdAnswer> LvsdRunner::use(Handout what, runtime::UniqueFd text) {
    const auto which = static_cast<std::size_t>(what);
    texts_.at(which) = std::move(text);
    if (!run_ || run_->stopping) co_return LvsdAnswer::not_running();
    // What could not be sent is sent again as soon as it answers: see_what_it_uses().
    const auto sent = hand(*run_, what);
    if (!sent) co_return LvsdAnswer::silent("lvsd takes no message: " + sent.error().message());
    auto answer = co_await answer_to(run_->handed.at(which), use_limit);
    co_return answer;
}

asio::awaitable<LvsdAnswer> LvsdRunner::ask(std::string question, Fields details, Duration limit) {
    if (!run_ || run_->stopping) co_return LvsdAnswer::not_running();
    const auto id = ++run_->last_id;
    details.add(std::move(question), std::to_string(id));
    const auto sent = run_->channel.send(details);
    if (!sent) co_return LvsdAnswer::silent("lvsd takes no message: " + sent.error().message());
    auto answer = co_await answer_to(id, limit);
    co_return answer;
}

asio::awaitable<LvsdAnswer> LvsdRunner::answer_to(unsigned id, Duration limit) {
    const auto run = run_;
    const auto deadline = Clock::now() + limit;
    const auto question = std::make_shared<Question>(
        Question{.id = id, .answer = std::nullopt, .done = asio::steady_timer(context_, deadline)});
    questions_.push_back(question);
    co_await question->done.async_wait(runtime::as_result);
    std::erase(questions_, question);
    if (question->answer) co_return LvsdAnswer::of(std::move(*question->answer));
    if (run != run_ || run->stopping) co_return LvsdAnswer::silent("lvsd ended before it answered");
    const auto waited = std::chrono::round<std::chrono::seconds>(limit).count();
    co_return LvsdAnswer::silent("lvsd did not answer within " + std::to_string(waited) + " s");
}

void LvsdRunner::hear(Run& run, const Fields& message) {
    run.heard_at = Clock::now();
    if (run.watch.heard()) log::info("lvsd answers again");
    if (message.find("ready") && !run.stopping) on_event_(failover::LvsdReady{});
    if (const auto share = message.find("served"); share && !run.stopping)
        on_event_(failover::ServersChanged{parse_decimal<std::uint16_t>(*share)});
    const auto id = parse_decimal<unsigned>(message.find("answer").value_or(""));
    if (!id) return;
    for (const auto& question : questions_)
        if (question->id == *id) {
            question->answer = message;
            question->done.cancel();
        }
    if (id != run.alive) return;
    run.alive.reset();
    if (!run.stopping) see_what_it_uses(run, *id, message);
}

/// It answers in order: what it was sent before that question and does not use, it could not take.
void LvsdRunner::see_what_it_uses(Run& run, unsigned asked, const Fields& answer) {
    bool all = true;
    for (const auto what : {Handout::config, Handout::drained}) {
        const auto which = static_cast<std::size_t>(what);
        const auto handed = run.handed.at(which);
        const auto uses = parse_decimal<unsigned>(answer.find(names.at(which)).value_or(""));
        if (handed > asked || uses == handed) continue;
        all = false;
        if (!run.handed_again) log::warning("lvsd does not run with what it was given; it is given it again");
        if (auto again = hand(run, what); !again) log::debug("{}", again.error().message());
    }
    run.handed_again = !all;
}

asio::awaitable<void> LvsdRunner::see_that_it_answers(std::shared_ptr<Run> run) {
    while (run == run_ && !run->stopping) {
        if (!run->alive) {
            const auto id = ++run->last_id;
            // One whose queue is full is not asked, and just as silent.
            (void)run->channel.send(Fields().add("alive", std::to_string(id)));
            run->alive = id;
        }
        co_await runtime::sleep_until(Clock::now() + round_length);
        if (run != run_ || run->stopping) co_return;
        if (!run->alive) continue;
        const auto used = processor_time(run->child.pid());
        const auto finding = run->watch.round(used != std::exchange(run->processor_time, used));
        if (finding == LvsdWatch::Finding::fell_silent)
            log::warning("lvsd does not answer; the IPVS table stays as it is meanwhile");
        if (finding == LvsdWatch::Finding::hopeless) {
            log::error("lvsd has not answered for {} s and is replaced",
                       std::chrono::round<std::chrono::seconds>(Clock::now() - run->heard_at).count());
            run->child.kill(SIGKILL);
        }
    }
}

asio::awaitable<void> LvsdRunner::watch(std::shared_ptr<Run> run) {
    for (;;) {
        const auto message = co_await run->channel.receive();
        if (!message) break;
        hear(*run, *message);
    }
    const auto ended = co_await run->child.wait();
    run_.reset();
    for (const auto& question : questions_) question->done.cancel();
    if (!run->stopping) {
        on_event_(failover::LvsdCrashed{.pid = run->child.pid(), .how = ended.to_string()});
    } else if (start_again_) {
        start();
    } else if (!ended.clean() && !run->leave_table && !run->removes) {
        log::warning("lvsd {}; another one clears the table", ended.to_string());
        spawn(true);
    } else {
        on_event_(failover::LvsdStopped{});
    }
}

std::optional<TimePoint> LvsdRunner::silent_since() const {
    return run_ && run_->watch.silent() ? std::optional(run_->heard_at) : std::nullopt;
}

void LvsdRunner::report_soon(failover::Event event) {
    asio::post(context_, [this, event = std::move(event)] { on_event_(event); });
}

}  // namespace pulse::daemon
