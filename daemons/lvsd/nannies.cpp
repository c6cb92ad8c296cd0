#include "nannies.h"

#include <algorithm>
#include <csignal>
#include <set>

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

}  // namespace

Nannies::Nannies(asio::any_io_executor executor, Settings settings, OnReport on_report)
    : executor_(std::move(executor)), settings_(std::move(settings)), on_report_(std::move(on_report)) {}

void Nannies::want(const std::vector<director::Monitor>& monitors) {
    std::set<director::MonitorKey> wanted;
    for (const auto& monitor : monitors) wanted.insert(monitor.key);
    std::erase_if(watches_, [&](auto& entry) {
        if (wanted.contains(entry.first)) return false;
        end(*entry.second);
        return true;
    });
    for (const auto& monitor : monitors) {
        auto& watch = watches_[monitor.key];
        if (watch && director::same_check(watch->monitor, monitor)) {
            watch->monitor = monitor;
            continue;
        }
        if (watch) end(*watch);
        watch = std::make_shared<Watch>(Watch{.monitor = monitor});
        runtime::spawn_logged(executor_, "nanny of " + monitor.virtual_name + "/" + monitor.server_name,
                              run(watch));
    }
}

void Nannies::end(Watch& watch) {
    watch.wanted = false;
    if (watch.process == nullptr) return;
    // A nanny ends when its channel closes; a substitute program may know only the signal.
    watch.process->channel.close();
    watch.process->child.kill(SIGTERM);
}

Result<Nannies::Process> Nannies::start(const director::Monitor& monitor) const {
    auto ends = process::make_channel_pair();
    if (!ends) return fail(ends.error(), "");
    auto spec = monitor.spec;
    spec.foreground = settings_.foreground;
    spec.verbose = settings_.verbose;
    const bool tls = health::needs_tls(spec.check.kind.value_or(health::CheckKind::classic));
    const auto& ours = settings_.program;
    const process::SpawnRequest request{.program = !monitor.program.empty() ? monitor.program
                                                   : tls                    ? ours + "-tls"
                                                                            : ours,
                                        .arguments = health::arguments(spec),
                                        .channel = ends->second.get()};
    auto child = process::Child::spawn(executor_, request);
    if (!child) return fail(child.error(), "");
    return Process{.child = std::move(*child),
                   .channel = process::Channel(executor_, std::move(ends->first))};
}

asio::awaitable<process::Exit> Nannies::live(Watch& watch, Process& process) {
    for (;;) {
        const auto message = co_await process.channel.receive();
        if (!message || !watch.wanted) break;
        const auto report = health::report_from(*message);
        if (report) on_report_(watch.monitor.key, *report);
    }
    const auto ended =
        co_await runtime::with_deadline(Clock::now() + patience_with_the_dying, process.child.wait());
    if (ended) co_return *ended;
    process.child.kill(SIGKILL);
    co_return co_await process.child.wait();
}

asio::awaitable<void> Nannies::run(std::shared_ptr<Watch> watch) {
    ++running_;
    Duration pause = shortest_pause;
    while (watch->wanted) {
        const auto& monitor = watch->monitor;
        const auto born = Clock::now();
        auto started = start(monitor);
        if (started) {
            watch->process = &*started;
            log::info("create_monitor for {}/{} running as pid {}", monitor.virtual_name, monitor.server_name,
                      started->child.pid());
            const auto ended = co_await live(*watch, *started);
            watch->process = nullptr;
            if (!watch->wanted) break;
            log::warning("nanny for child {}/{} died ({}); starting another", monitor.virtual_name,
                         monitor.server_name, ended.to_string());
        } else {
            log::error("no nanny for {}/{}: {}", monitor.virtual_name, monitor.server_name,
                       started.error().message());
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
