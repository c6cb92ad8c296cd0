#include "monitor.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <utility>

#include "pulse/health/refusal.h"
#include "pulse/log/log.h"
#include "pulse/probe/run.h"
#include "pulse/runtime/async.h"

namespace pulse::nanny {

namespace asio = boost::asio;

Monitor::Monitor(const asio::any_io_executor& executor, std::string id, const health::NannySpec& spec,
                 health::CheckSpec check, const RwhoListener* rwho, OnReport on_report)
    : pause_(executor),
      id_(std::move(id)),
      subject_(subject_of(spec)),
      check_(std::move(check)),
      pace_(health::pace_of(spec)),
      limit_(spec.timeout.value_or(spec.interval)),
      first_pause_(health::spread(pace_.interval, health::identity(spec))),
      on_report_(std::move(on_report)) {
    if (health::minds_weight(spec)) load_ = std::make_unique<LoadWatch>(executor, spec, rwho);
}

void Monitor::start() {
    log::info("{}", start_line(subject_));
    begin_check();
    const auto is_up = [this] { return standing_.verdict == health::Verdict::up; };
    if (load_) load_->start(shared_from_this(), is_up, [this] { report(); });
}

void Monitor::stop() {
    wanted_ = false;
    pause_.cancel();
    if (load_) load_->stop();
}

void Monitor::begin_check() {
    runtime::spawn_logged(pause_.get_executor(), "checking", check(shared_from_this()));
}

void Monitor::pause(Duration length) {
    pause_.expires_after(length);
    pause_.async_wait([self = shared_from_this()](const boost::system::error_code& /*cut_short*/) {
        if (self->wanted_) self->begin_check();
    });
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): it keeps this alive while the coroutine runs
asio::awaitable<void> Monitor::check(std::shared_ptr<Monitor> self) {
    const auto begun = Clock::now();
    auto outcome = co_await one_check();
    const auto ended = Clock::now();
    if (!self->wanted_) co_return;
    latency_ = std::chrono::duration_cast<std::chrono::microseconds>(ended - begun);
    outcome = weighed(std::move(outcome), ended);
    const bool news = note(outcome);
    const bool moved = move(health::step(standing_, outcome, ended, pace_));
    const bool other_weight = load_ && load_->weigh();
    const bool known = standing_.verdict != health::Verdict::unknown;
    if (moved || news || (other_weight && known)) report();
    log::debug("avail: {:d} active: {:d}: count: {}", outcome.good(),
               standing_.verdict == health::Verdict::up, standing_.good);
    pause(next_pause());
}

health::Outcome Monitor::weighed(health::Outcome outcome, TimePoint now) {
    auto [result, refused] = health::weigh_silence(std::move(outcome), refused_, now);
    refused_ = refused;
    return std::move(result);
}

Duration Monitor::next_pause() {
    auto length = health::pause_after(standing_, pace_);
    if (first_pause_.count() > 0) length = std::min(length, std::exchange(first_pause_, Duration::zero()));
    const bool fair = !refused_ && !health::silence_counts(last_);
    const auto nanoseconds = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
    return fair ? length : health::uneven(length, nanoseconds);
}

/// Whatever goes wrong here is a failed check, never the end of the monitor.
asio::awaitable<health::Outcome> Monitor::one_check() {
    health::Outcome broken;
    try {
        co_return co_await probe::run(check_, Clock::now() + limit_);
    } catch (const std::exception& e) {
        log::error("internal error while checking: {}", e.what());
        broken.reason = health::Reason::local_failure;
        broken.number = EAGAIN;
    }
    co_return broken;
}

/// Whether lvsd should hear of it although the verdict stays: that it cannot be found out now, or can again.
bool Monitor::note(const health::Outcome& outcome) {
    const bool cannot_tell = outcome.reason == health::Reason::local_failure;
    const bool could_not_tell = last_.reason == health::Reason::local_failure;
    const bool other = outcome != last_;
    if (other) {
        if (const auto line = failure_line(subject_, outcome)) log::info("{}", *line);
        if (cannot_tell)
            log::warning("{}", blind_line(subject_, outcome, standing_.verdict));
        else if (!outcome.good() && standing_.verdict == health::Verdict::down)
            log::info("still failing: {}", health::text(outcome));
    }
    if (!outcome.note.empty() && outcome.note != last_.note) log::warning("{}", outcome.note);
    if (!outcome.good()) ++failures_;
    last_ = outcome;
    return other && (cannot_tell || could_not_tell);
}

/// Whether the verdict changed.
bool Monitor::move(const health::Transition& transition) {
    standing_ = transition.standing;
    if (!transition.change) return false;
    const auto& change = *transition.change;
    if (const auto line = original_change_line(subject_, change)) log::info("{}", *line);
    log::info("{}", change_line(subject_, change, failures_));
    if (change.to == health::Verdict::up) failures_ = 0;
    if (load_ && change.from == health::Verdict::down && change.to == health::Verdict::up)
        load_->note_return();
    reason_ = change.reason;
    if (change.to == health::Verdict::down && standing_.hold.count() > 0)
        log::warning("{}", hold_line(subject_, standing_.hold));
    return true;
}

/// Why it is down: the verdict's reason, or what is wrong now if that is something else. Of any other, why it
/// cannot be checked.
std::string Monitor::reason() const {
    if (last_.reason == health::Reason::local_failure && standing_.glasses == health::Glasses::none)
        return health::text(last_);
    const bool fails = standing_.verdict == health::Verdict::down && !last_.good();
    return fails && standing_.glasses == health::Glasses::none ? health::text(last_) : reason_;
}

void Monitor::report() {
    health::Report report{
        .check = id_, .verdict = standing_.verdict, .reason = reason(), .flaps = standing_.flaps};
    if (latency_.count() > 0) report.latency = latency_;
    if (load_ && load_->knows()) {
        report.weight = load_->weight();
        report.weight_reason = load_->reason();
    }
    const auto now = Clock::now();
    report.held = std::chrono::ceil<std::chrono::milliseconds>(health::held_for(standing_, now));
    report.back = std::chrono::ceil<std::chrono::milliseconds>(health::back_in(standing_, now, pace_));
    on_report_(report);
}

void Monitor::forgive() {
    const bool held_against_it = standing_.flaps > 0 || standing_.verdict == health::Verdict::down;
    standing_ = health::forgiven(standing_);
    if (!held_against_it) return;
    log::info("{}", forgiven_line(subject_));
    report();
    pause_.cancel();
}

void Monitor::wear(health::Glasses glasses) {
    if (move(health::wear(standing_, glasses))) report();
    if (glasses == health::Glasses::none) pause_.cancel();
}

}  // namespace pulse::nanny
