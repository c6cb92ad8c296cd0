#include "nannies.h"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <system_error>
#include <utility>

#include <boost/asio/post.hpp>
#include <malloc.h>

#include "pulse/log/log.h"
#include "pulse/runtime/async.h"

namespace pulse::lvsd {

namespace asio = boost::asio;

namespace {

constexpr auto shortest_pause = std::chrono::milliseconds(100);
constexpr auto longest_pause = std::chrono::seconds(30);
/// A nanny that ran this long was fine: its successor starts at once.
constexpr auto good_life = std::chrono::seconds(10);
constexpr auto patience_with_the_dying = std::chrono::seconds(5);

/// So many are started before the loop turns: each takes about a millisecond.
constexpr int at_once = 8;

/// An outage may end for all at once; what could not be started is said with its number, and not too often.
constexpr auto trouble_delay = std::chrono::seconds(1);
constexpr auto trouble_interval = std::chrono::minutes(1);

constexpr auto no_descriptors = "no descriptors";

/// What an honest nanny never exceeds: every check of it changes, and is asked about, several times a second.
Rate messages_of(std::size_t checks) {
    const auto count = static_cast<int>(checks);
    return {.burst = 100 + 20 * count, .pause = std::chrono::milliseconds(100) / count};
}

/// Whether the operator wants another program than ours.
bool is_substitute(const director::Monitor& monitor) { return !monitor.program.empty(); }

/// "web/alpha", or "web/alpha and 41 more"
std::string name(const std::map<std::string, director::Monitor>& checks) {
    const auto& first = checks.begin()->second;
    auto text = first.virtual_name + "/" + first.server_name;
    if (checks.size() > 1) text += " and " + std::to_string(checks.size() - 1) + " more";
    return text;
}

}  // namespace

Nannies::Nannies(asio::any_io_executor executor, Settings settings, SpawnNanny spawn, OnReport on_report)
    : executor_(std::move(executor)),
      settings_(std::move(settings)),
      spawn_(std::move(spawn)),
      on_report_(std::move(on_report)) {}

void Nannies::want(const std::vector<director::Monitor>& monitors, int checks_per_nanny) {
    std::map<director::MonitorKey, const director::Monitor*> wanted;
    for (const auto& monitor : monitors) wanted.emplace(monitor.key, &monitor);

    const auto places = places_;
    for (const auto& [key, place] : places) {
        const auto& [watch, id] = place;
        const auto found = wanted.find(key);
        const bool fits = !watch->shared || static_cast<int>(watch->checks.size()) <= checks_per_nanny;
        if (found != wanted.end() && fits &&
            watch->shared == (checks_per_nanny > 1 && !is_substitute(*found->second)) &&
            director::same_check(watch->checks.at(id), *found->second))
            watch->checks.at(id) = *found->second;
        else
            take_out(watch, id);
    }
    for (const auto& monitor : monitors)
        if (!places_.contains(monitor.key)) place(monitor, checks_per_nanny);
    const auto unwanted = [](const WatchPointer& watch) { return !watch->wanted; };
    std::erase_if(watches_, unwanted);
    std::erase_if(fresh_, unwanted);
    if (starting_ || fresh_.empty()) return;
    starting_ = true;
    runtime::spawn_logged(executor_, "starting nannies", start_fresh());
}

asio::awaitable<void> Nannies::start_fresh() {
    for (int started = 1; !fresh_.empty(); ++started) {
        const auto watch = fresh_.front();
        fresh_.pop_front();
        runtime::spawn_logged(executor_, "nanny of " + name(watch->checks), run(watch));
        if (started % at_once == 0) co_await asio::post(executor_, runtime::as_result);
    }
    starting_ = false;
}

Nannies::Kind Nannies::kind_of(const director::Monitor& monitor) const {
    const bool tls = health::needs_tls(monitor.spec);
    const auto& ours = settings_.program;
    return {.program = is_substitute(monitor) ? monitor.program
                       : tls                  ? ours + "-tls"
                                              : ours,
            .programs = health::starts_programs(monitor.spec),
            .files = tls,
            .rwho = monitor.spec.load_command == "ruptime"};
}

void Nannies::place(const director::Monitor& monitor, int checks_per_nanny) {
    const auto kind = kind_of(monitor);
    const bool shared = checks_per_nanny > 1 && !is_substitute(monitor);
    // The newest has room, if any has; an older one may have, where something was taken out.
    const auto found = std::find_if(watches_.rbegin(), watches_.rend(), [&](const WatchPointer& watch) {
        return shared && watch->shared && watch->wanted && watch->kind == kind &&
               static_cast<int>(watch->checks.size()) < checks_per_nanny;
    });
    if (found != watches_.rend()) return put(*found, monitor);
    auto watch = std::make_shared<Watch>();
    watch->kind = kind;
    watch->shared = shared;
    watches_.push_back(watch);
    fresh_.push_back(watch);
    put(watch, monitor);
}

void Nannies::put(const WatchPointer& watch, const director::Monitor& monitor) {
    const auto id = watch->shared ? std::to_string(watch->next_id++) : std::string();
    watch->checks.emplace(id, monitor);
    places_[monitor.key] = {watch, id};
    if (watch->process != nullptr) order(watch, order_to_add(id, monitor));
}

void Nannies::take_out(const WatchPointer& watch, const std::string& id) {
    const auto found = watch->checks.find(id);
    places_.erase(found->second.key);
    if (watch->checks.size() == 1) return end(*watch);  // which keeps its last check, for the log
    watch->checks.erase(found);
    if (watch->process != nullptr) order(watch, Fields().add("remove", id));
}

void Nannies::order(const WatchPointer& watch, Fields message) {
    watch->orders.push_back(std::move(message));
    if (watch->ordering) return;
    watch->ordering = true;
    runtime::spawn_logged(executor_, "orders for a nanny", send_orders(watch));
}

std::size_t Nannies::ask_for_reports() {
    std::size_t checks = 0;
    for (const auto& watch : watches_) {
        // One that has not taken its last orders would only get more of them.
        if (watch->process == nullptr || !watch->orders.empty()) continue;
        if (is_substitute(watch->checks.begin()->second)) continue;
        order(watch, Fields().add("report", "1"));
        checks += watch->checks.size();
    }
    return checks;
}

/// A substitute does not know the question.
void Nannies::look_after(const WatchPointer& watch) {
    if (watch->process == nullptr || is_substitute(watch->checks.begin()->second)) return;
    if (watch->owes_answer) {
        log::error("nanny for child {} hangs; killing it", name(watch->checks));
        watch->process->kill(SIGKILL);
        return;
    }
    watch->owes_answer = true;
    order(watch, Fields().add("report", "1"));
}

asio::awaitable<void> Nannies::replace_the_hanging() {
    for (;;) {
        const std::vector<std::weak_ptr<Watch>> all(watches_.begin(), watches_.end());
        // Never all at once: nobody should have to wait for ten thousand answers.
        const Duration step = settings_.patience / std::max<Duration::rep>(1, std::ssize(all));
        auto next = Clock::now();
        if (all.empty()) co_await runtime::sleep_until(next + settings_.patience);
        for (const auto& weak : all) {
            next += step;
            co_await runtime::sleep_until(next);
            if (const auto watch = weak.lock()) look_after(watch);
        }
    }
}

void Nannies::forgive(const director::MonitorKey& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    const auto& [watch, id] = found->second;
    if (watch->process != nullptr) order(watch, Fields().add("forgive", id));
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): it keeps the watch alive while the coroutine runs
asio::awaitable<void> Nannies::send_orders(WatchPointer watch) {
    while (watch->process != nullptr && !watch->orders.empty()) {
        const auto* process = watch->process;
        const bool open = co_await watch->process->has_room();
        if (watch->process != process) continue;  // another life, with orders of its own
        if (!open) break;
        while (!watch->orders.empty()) {
            const auto sent = watch->process->send(watch->orders.front());
            if (!sent && sent.error().code == std::errc::resource_unavailable_try_again) break;
            if (!sent) log::error("order for a nanny: {}", sent.error().message());
            watch->orders.pop_front();
        }
    }
    watch->ordering = false;
    (void)::malloc_trim(0);  // orders for many checks take more than their checks do
}

health::NannySpec Nannies::spec_of(const director::Monitor& monitor) const {
    auto spec = monitor.spec;
    spec.foreground = settings_.foreground;
    spec.verbose = settings_.verbose;
    return spec;
}

Fields Nannies::order_to_add(const std::string& id, const director::Monitor& monitor) const {
    Fields message;
    message.add("add", id);
    for (auto& argument : health::arguments(spec_of(monitor))) message.add("argument", std::move(argument));
    return message;
}

void Nannies::end(Watch& watch) {
    watch.wanted = false;
    if (watch.process == nullptr) return;
    // A nanny ends when its channel closes; a substitute program may know only the signal.
    watch.process->close();
    watch.process->kill(SIGTERM);
}

Result<std::unique_ptr<NannyProcess>> Nannies::start(const Watch& watch) const {
    if (processes_ >= settings_.room) return fail(std::errc::too_many_files_open, "nanny");
    process::SpawnRequest request{.program = watch.kind.program, .our_streams = settings_.foreground};
    if (watch.shared) {
        const auto& kind = watch.kind;
        request.arguments = {"-c", "--shared", kind.programs ? "programs" : kind.files ? "files" : "sockets"};
        if (watch.kind.rwho) request.arguments.insert(request.arguments.end(), {"-U", "ruptime"});
        if (settings_.foreground) request.arguments.emplace_back("--nodaemon");
        if (settings_.verbose) request.arguments.emplace_back("-v");
    } else {
        request.arguments = health::arguments(spec_of(watch.checks.begin()->second));
    }
    return spawn_(std::move(request));
}

asio::awaitable<process::Exit> Nannies::live(Watch& watch, NannyProcess& process) {
    for (;;) {
        const auto message = co_await process.receive();
        if (!message || !watch.wanted) break;
        if (!watch.messages.take(messages_of(watch.checks.size()), Clock::now())) {
            log::error("nanny for child {} floods us with messages; killing it", name(watch.checks));
            process.kill(SIGKILL);
            break;
        }
        watch.owes_answer = false;
        const auto report = health::report_from(*message);
        if (!report) continue;
        const auto check = watch.checks.find(report->check);
        if (check != watch.checks.end()) on_report_(check->second.key, *report);
    }
    const auto ended =
        co_await runtime::with_deadline(Clock::now() + patience_with_the_dying, process.wait());
    if (ended) co_return *ended;
    process.kill(SIGKILL);
    co_return co_await process.wait();
}

director::Unchecked Nannies::unchecked() const {
    director::Unchecked all;
    for (const auto& watch : watches_)
        if (!watch->trouble.empty())
            for (const auto& [id, monitor] : watch->checks) all.emplace(monitor.key, watch->trouble);
    return all;
}

void Nannies::note_trouble(Watch& watch, std::string trouble) {
    watch.trouble = std::move(trouble);
    if (telling_) return;
    telling_ = true;
    runtime::spawn_logged(executor_, "trouble with nannies", tell_of_trouble());
}

asio::awaitable<void> Nannies::tell_of_trouble() {
    co_await runtime::sleep_until(Clock::now() + trouble_delay);
    for (auto missing = unchecked(); !missing.empty(); missing = unchecked()) {
        log::error("{} real server{} not checked, for no nanny can be started: {}", missing.size(),
                   missing.size() == 1 ? " is" : "s are", missing.begin()->second);
        if (processes_ >= settings_.room)
            log::error(
                "there are descriptors for {} nannies: set checks_per_nanny, or raise the hard limit "
                "(LimitNOFILE, ulimit -Hn)",
                settings_.room);
        co_await runtime::sleep_until(Clock::now() + trouble_interval);
    }
    telling_ = false;
    if (running_ > 0) log::info("all nannies run");
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): as above
asio::awaitable<void> Nannies::run(WatchPointer watch) {
    ++running_;
    Duration pause = shortest_pause;
    while (watch->wanted) {
        const auto born = Clock::now();
        auto started = start(*watch);
        if (started) {
            auto& process = **started;
            ++processes_;
            watch->process = &process;
            watch->orders.clear();
            watch->owes_answer = false;
            watch->messages = {};
            watch->trouble.clear();
            if (watch->shared)
                for (const auto& [id, monitor] : watch->checks) order(watch, order_to_add(id, monitor));
            log::info("create_monitor for {} running as pid {}", name(watch->checks), process.pid());
            const auto ended = co_await live(*watch, process);
            watch->process = nullptr;
            --processes_;
            if (!watch->wanted) break;
            log::warning("nanny for child {} died ({}); starting another", name(watch->checks),
                         ended.to_string());
        } else {
            const bool full = started.error().code == std::errc::too_many_files_open ||
                              started.error().code == std::errc::too_many_files_open_in_system;
            note_trouble(*watch, full ? no_descriptors : started.error().message());
        }
        if (Clock::now() - born >= good_life) {
            pause = shortest_pause;
            continue;
        }
        co_await runtime::sleep_until(Clock::now() + pause);
        pause = std::min<Duration>(2 * pause, longest_pause);
    }
    --running_;
}

}  // namespace pulse::lvsd
