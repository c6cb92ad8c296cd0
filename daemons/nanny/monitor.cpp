#include "monitor.h"

#include <cerrno>
#include <exception>
#include <utility>

#include "pulse/base/text.h"
#include "pulse/load/average.h"
#include "pulse/log/log.h"
#include "pulse/probe/load.h"
#include "pulse/probe/run.h"
#include "pulse/runtime/async.h"

#include "messages.h"
#include "rwho_listener.h"

namespace pulse::nanny {

namespace asio = boost::asio;

namespace {

constexpr net::Port port_mapper{111};

bool reads_load(const health::NannySpec& spec) { return spec.load_command && *spec.load_command != "none"; }

/// The original's rule: the program, the real server, and for a remote shell what to run there.
std::vector<std::string> load_words(const health::NannySpec& spec) {
    std::vector<std::string> words;
    for (const auto word : split_words(*spec.load_command)) words.emplace_back(word);
    const auto program = words.empty() ? std::string() : words.front().substr(words.front().rfind('/') + 1);
    words.push_back(spec.real_server.to_string());
    if (program == "rsh" || program == "ssh") words.emplace_back("uptime");
    return words;
}

}  // namespace

Monitor::Monitor(const asio::any_io_executor& executor, std::string id, health::NannySpec spec,
                 health::CheckSpec check, const RwhoListener* rwho, OnReport on_report)
    : pause_(executor),
      load_pause_(executor),
      spec_(std::move(spec)),
      check_(std::move(check)),
      pace_(health::pace_of(spec_)),
      scale_(health::scale_of(spec_)),
      rwho_(rwho),
      on_report_(std::move(on_report)),
      standing_(health::newcomer(pace_)),
      balance_(load::at_first(scale_)) {
    report_.check = std::move(id);
}

void Monitor::start() {
    log::info("{}", start_line(spec_));
    runtime::spawn_logged(pause_.get_executor(), "checking", check_forever(shared_from_this()));
    if (reads_load(spec_))
        runtime::spawn_logged(pause_.get_executor(), "reading the load",
                              read_load_forever(shared_from_this()));
}

void Monitor::stop() {
    wanted_ = false;
    pause_.cancel();
    load_pause_.cancel();
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): it keeps this alive while the coroutine runs
asio::awaitable<void> Monitor::check_forever(std::shared_ptr<Monitor> self) {
    bool first = true;
    while (self->wanted_) {
        const auto begun = Clock::now();
        const auto outcome = co_await one_check();
        const auto ended = Clock::now();
        if (!wanted_) break;
        note(outcome);
        const bool moved = move(health::step(standing_, outcome, ended, pace_));
        const bool weighed = weigh();
        report_.latency = std::chrono::duration_cast<std::chrono::microseconds>(ended - begun);
        if (moved || weighed) report();
        log::debug("avail: {:d} active: {:d}: count: {}", outcome.good(),
                   standing_.verdict == health::Verdict::up, standing_.good);
        auto pause = health::pause_after(standing_, pace_);
        if (first) pause = std::min(pause, health::spread(pace_.interval, health::identity(spec_)));
        first = false;
        pause_.expires_after(pause);
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

// NOLINTNEXTLINE(performance-unnecessary-value-param): as above
asio::awaitable<void> Monitor::read_load_forever(std::shared_ptr<Monitor> self) {
    load_pause_.expires_after(std::min<Duration>(health::spread(spec_.load_interval, health::identity(spec_)),
                                                 std::chrono::seconds(1)));
    co_await load_pause_.async_wait(runtime::as_result);
    while (self->wanted_) {
        if (standing_.verdict == health::Verdict::up) {
            const bool known = co_await one_reading();
            if (!known && !load_unknown_) log::warning("{}", load_failure_line(spec_));
            load_unknown_ = !known;
            if (weigh()) report();
        }
        load_pause_.expires_after(spec_.load_interval);
        co_await load_pause_.async_wait(runtime::as_result);
    }
}

/// False when there was nothing to learn; the weight then stays.
asio::awaitable<bool> Monitor::one_reading() {
    const auto deadline = Clock::now() + spec_.timeout.value_or(spec_.interval);
    const std::string source = *spec_.load_command;
    std::optional<double> read;
    if (source == "agent") {
        const net::Endpoint agent{spec_.real_server, spec_.agent_port};
        const auto said = co_await probe::ask_agent(agent, deadline);
        const auto reply = said ? load::parse_agent(*said) : std::nullopt;
        if (reply) balance_ = load::after_agent(balance_, *reply, scale_);
        co_return reply.has_value();
    }
    if (source == "rup") {
        const net::Endpoint mapper{spec_.real_server, port_mapper};
        read = co_await probe::ask_rstat(mapper, deadline);
    } else if (source == "ruptime") {
        if (rwho_ != nullptr) read = rwho_->load_of(spec_.real_server, Clock::now());
    } else {
        const auto printed = co_await probe::printed_by(load_words(spec_), deadline);
        if (printed) read = load::load_average(*printed);
        if (printed && !read && !load_unknown_) log::warning("bad load average returned: {}", trim(*printed));
    }
    if (!read) co_return false;
    balance_ = load::after_load(balance_, *read, scale_);
    co_return true;
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

/// Whether the verdict changed.
bool Monitor::move(const health::Transition& transition) {
    standing_ = transition.standing;
    if (!transition.change) return false;
    const auto& change = *transition.change;
    if (const auto line = original_change_line(spec_, change)) log::info("{}", *line);
    log::info("{}", change_line(spec_, change, failures_));
    if (change.to == health::Verdict::up) failures_ = 0;
    if (change.from == health::Verdict::down && change.to == health::Verdict::up)
        balance_ = load::after_return(std::move(balance_), Clock::now());
    report_.verdict = change.to;
    report_.reason = change.reason;
    const bool held = change.to == health::Verdict::down && standing_.hold.count() > 0;
    report_.held = held ? std::chrono::duration_cast<std::chrono::milliseconds>(standing_.hold)
                        : std::chrono::milliseconds(0);
    if (held) log::warning("{}", hold_line(spec_, report_.held));
    return true;
}

/// Whether the weight changed.
bool Monitor::weigh() {
    if (!health::minds_weight(spec_)) return false;
    const auto weight = load::weight_at(balance_, Clock::now(), scale_);
    if (report_.weight == weight) return false;
    report_.weight = weight;
    const bool starting = balance_.returned && weight != balance_.weight && weight != 0;
    report_.weight_reason = starting                  ? "slow start"
                            : balance_.reason.empty() ? "as configured"
                                                      : balance_.reason;
    return report_.verdict != health::Verdict::unknown;
}

void Monitor::wear(health::Glasses glasses) {
    const bool moved = move(health::wear(standing_, glasses, pace_));
    report_.latency.reset();
    if (moved) report();
    if (glasses == health::Glasses::none) pause_.cancel();
}

}  // namespace pulse::nanny
