#include "nannies.h"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <system_error>
#include <utility>

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

Nannies::Nannies(asio::any_io_executor executor, Settings settings, OnReport on_report)
    : executor_(std::move(executor)), settings_(std::move(settings)), on_report_(std::move(on_report)) {}

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
    std::vector<WatchPointer> fresh;
    for (const auto& monitor : monitors)
        if (!places_.contains(monitor.key)) place(monitor, checks_per_nanny, fresh);
    for (const auto& watch : fresh)
        runtime::spawn_logged(executor_, "nanny of " + name(watch->checks), run(watch));
    std::erase_if(watches_, [](const WatchPointer& watch) { return !watch->wanted; });
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

void Nannies::place(const director::Monitor& monitor, int checks_per_nanny,
                    std::vector<WatchPointer>& fresh) {
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
    fresh.push_back(watch);
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
    if (watch->process->owes_answer) {
        log::error("nanny for child {} hangs; killing it", name(watch->checks));
        watch->process->child.kill(SIGKILL);
        return;
    }
    watch->process->owes_answer = true;
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
        const bool open = co_await watch->process->channel.has_room();
        if (watch->process != process) continue;  // another life, with orders of its own
        if (!open) break;
        while (!watch->orders.empty()) {
            const auto sent = watch->process->channel.send(watch->orders.front());
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
    watch.process->channel.close();
    watch.process->child.kill(SIGTERM);
}

Result<Nannies::Process> Nannies::start(const Watch& watch) const {
    auto ends = process::make_channel_pair();
    if (!ends) return fail(ends.error(), "");
    process::SpawnRequest request{
        .program = watch.kind.program, .channel = ends->second.get(), .our_streams = settings_.foreground};
    if (watch.shared) {
        const auto& kind = watch.kind;
        request.arguments = {"-c", "--shared", kind.programs ? "programs" : kind.files ? "files" : "sockets"};
        if (watch.kind.rwho) request.arguments.insert(request.arguments.end(), {"-U", "ruptime"});
        if (settings_.foreground) request.arguments.emplace_back("--nodaemon");
        if (settings_.verbose) request.arguments.emplace_back("-v");
    } else {
        request.arguments = health::arguments(spec_of(watch.checks.begin()->second));
    }
    auto child = process::Child::spawn(executor_, request);
    if (!child) return fail(child.error(), "");
    return Process{.child = std::move(*child),
                   .channel = process::Channel(executor_, std::move(ends->first))};
}

asio::awaitable<process::Exit> Nannies::live(Watch& watch, Process& process) {
    for (;;) {
        const auto message = co_await process.channel.receive();
        if (!message || !watch.wanted) break;
        process.owes_answer = false;
        const auto report = health::report_from(*message);
        if (!report) continue;
        const auto check = watch.checks.find(report->check);
        if (check != watch.checks.end()) on_report_(check->second.key, *report);
    }
    const auto ended =
        co_await runtime::with_deadline(Clock::now() + patience_with_the_dying, process.child.wait());
    if (ended) co_return *ended;
    process.child.kill(SIGKILL);
    co_return co_await process.child.wait();
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): as above
asio::awaitable<void> Nannies::run(WatchPointer watch) {
    ++running_;
    Duration pause = shortest_pause;
    while (watch->wanted) {
        const auto born = Clock::now();
        auto started = start(*watch);
        if (started) {
            watch->process = &*started;
            watch->orders.clear();
            if (watch->shared)
                for (const auto& [id, monitor] : watch->checks) order(watch, order_to_add(id, monitor));
            log::info("create_monitor for {} running as pid {}", name(watch->checks), started->child.pid());
            const auto ended = co_await live(*watch, *started);
            watch->process = nullptr;
            if (!watch->wanted) break;
            log::warning("nanny for child {} died ({}); starting another", name(watch->checks),
                         ended.to_string());
        } else {
            log::error("no nanny for {}: {}", name(watch->checks), started.error().message());
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
