#include "load_watch.h"

#include <algorithm>
#include <utility>

#include "pulse/base/printable.h"
#include "pulse/base/text.h"
#include "pulse/load/average.h"
#include "pulse/log/log.h"
#include "pulse/probe/load.h"
#include "pulse/runtime/async.h"

#include "messages.h"
#include "rwho_listener.h"

namespace pulse::nanny {

namespace asio = boost::asio;

namespace {

constexpr net::Port port_mapper{111};

/// The original's rule: the program, the real server, and for a remote shell what to run there.
std::vector<std::string> load_words(const health::NannySpec& spec) {
    const auto command = spec.load_command.value_or("");
    std::vector<std::string> words;
    for (const auto word : split_words(command)) words.emplace_back(word);
    const auto program = words.empty() ? std::string() : words.front().substr(words.front().rfind('/') + 1);
    words.push_back(spec.real_server.to_string());
    if (program == "rsh" || program == "ssh") words.emplace_back("uptime");
    return words;
}

}  // namespace

LoadWatch::LoadWatch(const asio::any_io_executor& executor, health::NannySpec spec, const RwhoListener* rwho)
    : pause_(executor),
      step_(executor),
      spec_(std::move(spec)),
      scale_(health::scale_of(spec_)),
      balance_(load::at_first(scale_)),
      rwho_(rwho) {}

void LoadWatch::start(std::shared_ptr<void> owner, std::function<bool()> is_up,
                      std::function<void()> on_change) {
    owner_ = owner;
    is_up_ = std::move(is_up);
    on_change_ = std::move(on_change);
    if (!spec_.load_command || *spec_.load_command == "none") return;
    runtime::spawn_logged(pause_.get_executor(), "reading the load", read_forever(std::move(owner)));
}

void LoadWatch::stop() {
    wanted_ = false;
    pause_.cancel();
    step_.cancel();
}

void LoadWatch::note_return() {
    balance_ = load::after_return(std::move(balance_), Clock::now());
    ramp();
}

/// Nothing is armed, and nobody woken, unless a slow start lasts.
void LoadWatch::ramp() {
    const auto due = load::next_step(balance_, Clock::now(), scale_);
    if (!due) return;
    step_.expires_at(*due);
    step_.async_wait([this, watched = owner_](const boost::system::error_code& cancelled) {
        const auto owner = watched.lock();
        if (cancelled || !owner || !wanted_ || !is_up_()) return;
        if (weigh()) on_change_();
        ramp();
    });
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): it lives as long as the coroutine
asio::awaitable<void> LoadWatch::read_forever(std::shared_ptr<void> owner) {
    const auto spread = health::spread(spec_.load_interval, health::identity(spec_));
    pause_.expires_after(std::min<Duration>(spread, std::chrono::seconds(1)));
    co_await pause_.async_wait(runtime::as_result);
    while (wanted_ && owner != nullptr) {
        if (is_up_()) {
            const bool known = co_await one_reading();
            if (!known && !unknown_) log::warning("{}", load_failure_line(spec_));
            unknown_ = !known;
            if (wanted_ && weigh()) {
                on_change_();
                ramp();  // an agent that gives clients back may do so in the middle of one
            }
        }
        pause_.expires_after(spec_.load_interval);
        co_await pause_.async_wait(runtime::as_result);
    }
}

/// False when there was nothing to learn; the weight then stays.
asio::awaitable<bool> LoadWatch::one_reading() {
    const auto deadline = Clock::now() + spec_.timeout.value_or(spec_.interval);
    const auto source = spec_.load_command.value_or("");
    std::optional<double> read;
    if (source == "agent") {
        const net::Endpoint agent{spec_.real_server, spec_.agent_port};
        const auto said = co_await probe::ask_agent(agent, deadline, spec_.source);
        const auto reply = said ? load::parse_agent(*said) : std::nullopt;
        if (reply) balance_ = load::after_agent(balance_, *reply, scale_);
        co_return reply.has_value();
    }
    if (source == "rup") {
        const net::Endpoint mapper{spec_.real_server, port_mapper};
        read = co_await probe::ask_rstat(mapper, deadline, spec_.source);
    } else if (source == "ruptime") {
        if (rwho_ != nullptr) read = rwho_->load_of(spec_.real_server, Clock::now());
    } else {
        const auto printed = co_await probe::printed_by(load_words(spec_), deadline);
        if (printed) read = load::load_average(*printed);
        if (printed && !read && !unknown_)
            log::warning("bad load average returned: {}", printable(trim(*printed)));
    }
    if (!read) co_return false;
    balance_ = load::after_load(balance_, *read, scale_);
    co_return true;
}

bool LoadWatch::weigh() {
    const auto now = load::weight_at(balance_, Clock::now(), scale_);
    if (weight_ == now) return false;
    weight_ = now;
    return true;
}

bool LoadWatch::knows() const {
    const bool reads = spec_.load_command && *spec_.load_command != "none";
    const bool starts_slowly = balance_.returned && scale_.slow_start.count() > 0;
    return !reads || starts_slowly || !balance_.reason.empty();
}

std::string LoadWatch::reason() const {
    const bool starting = balance_.returned && weight() != balance_.weight && weight() != 0;
    if (starting) return "slow start";
    return balance_.reason.empty() ? "as configured" : balance_.reason;
}

}  // namespace pulse::nanny
