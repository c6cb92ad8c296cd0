#include "lvsd.h"

#include <algorithm>
#include <csignal>

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <malloc.h>

#include "pulse/base/text.h"
#include "pulse/config_file/load.h"
#include "pulse/kernel/converge.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/in_a_thread.h"
#include "pulse/runtime/sysctl.h"

#include "drained.h"

namespace pulse::lvsd {

namespace asio = boost::asio;

namespace {

/// How long readiness waits for the first checks once the table is programmed. Addresses raised over an empty
/// table refuse clients; addresses raised late leave them waiting.
constexpr auto settling_limit = std::chrono::seconds(1);

/// IPVS tells nobody of changes: to see a stranger's, one has to look. This often, but never for more than a
/// twentieth of the time.
constexpr auto watch_interval = std::chrono::milliseconds(500);
constexpr int watch_share = 20;

/// Rules of the packet filter cost more to read than the IPVS table.
constexpr auto marks_interval = std::chrono::seconds(5);

KernelSettings::Kernel kernel_of(kernel::IpvsClient& ipvs) {
    return {.read = runtime::read_sysctl,
            .write = runtime::write_sysctl,
            .timeouts = [&ipvs] { return ipvs.timeouts(); },
            .set_timeouts = [&ipvs](const ipvs::Timeouts& wanted) { return ipvs.set_timeouts(wanted); }};
}

std::chrono::seconds retry_pause(int failures) {
    constexpr int longest = 30;
    return std::chrono::seconds(std::min(failures * failures, longest));
}

}  // namespace

Lvsd::Lvsd(asio::io_context& context, Options options, Orders orders, kernel::IpvsClient ipvs,
           std::optional<runtime::UniqueFd> parent)
    : context_(context),
      options_(std::move(options)),
      config_(std::move(orders.config)),
      ipvs_(std::move(ipvs)),
      nannies_(context.get_executor(),
               {.program = options_.nanny,
                .foreground = options_.foreground,
                .verbose = options_.verbose,
                .patience = std::chrono::seconds(options_.nanny_patience),
                .room = options_.nannies},
               spawn_nannies(context.get_executor()),
               [this](const auto& key, const auto& report) { on_report(key, report); }),
      marks_(context.get_executor(), nftables(), marks_interval, [this] { tell_ready_when_settled(); }),
      settings_(kernel_of(ipvs_)),
      sources_(routing()),
      signals_(context, SIGTERM, SIGINT, SIGHUP),
      retry_(context),
      book_(nannies_, config_, situation_),
      ownership_(context, options_.state_directory) {
    situation_.drained = director::keys_of(orders.drains, config_);
    Obedient& obedient = *this;
    if (parent) parent_.emplace(context, std::move(*parent), obedient);
}

void Lvsd::start() {
    index_services();
    settings_.want(config_, Clock::now());
    for (const auto* service : director::services(config_))
        log::info("starting virtual service {} active: {}", service->name, service->port.number);
    for (const auto& sentence : director::indistinct(config_)) log::warning("{}", sentence);

    runtime::spawn_logged(context_, "signals", hear_signals());
    runtime::spawn_logged(context_, "begin", begin());
    if (parent_) parent_->start();
}

/// The table comes first: whoever waits for it does so for nothing else.
asio::awaitable<void> Lvsd::begin() {
    // What could not be read is not empty: nothing is changed before what is there is known.
    for (int failures = 0; !adopt(); ++failures)
        co_await runtime::sleep_until(Clock::now() + retry_pause(failures));
    if (stopping_) co_return;
    converge();
    marks_.want(config_);
    (void)sources_.look();
    nannies_.want(sources_.monitors(config_), config_.checks_per_nanny);
    tell_ready_when_settled();

    (void)::malloc_trim(0);  // reading the file took more than keeping what it says

    runtime::spawn_logged(context_, "ownership", succeed());
    runtime::spawn_logged(context_, "packet marks", marks_.run());
    runtime::spawn_logged(context_, "settling", limit_settling());
    runtime::spawn_logged(context_, "watch", watch_table());
    runtime::spawn_logged(context_, "hanging nannies", nannies_.replace_the_hanging());
}

/// What an earlier lvsd has put into the kernel is ours now; what lvs.cf no longer has of it goes.
asio::awaitable<void> Lvsd::succeed() {
    const auto record = co_await ownership_.recall();
    if (stopping_) co_return;
    for (const auto& id : record.services)
        if (!services_.contains(id))
            log::info("{} was a service of ours and is not in lvs.cf any more: it goes", id.to_string());
    owned_.insert(record.services.begin(), record.services.end());
    if (record.marks) marks_.want(config_, true);
    converge();
}

/// Whether it is known what the table holds, or nobody needs to know any more.
bool Lvsd::adopt() {
    if (stopping_) return true;
    const auto found = ipvs_.dump();
    complain(found ? std::set<std::string>{} : std::set{found.error().message()});
    if (!found) return false;
    situation_ = director::adopt(config_, ipvs::table_of(*found), std::move(situation_.drained));
    adopted_ = true;
    return true;
}

void Lvsd::index_services() {
    services_.clear();
    for (const auto* service : director::services(config_))
        services_.emplace(director::service_id(*service), service);
}

void Lvsd::judge_panic(const config::VirtualServer& service, TimePoint now) {
    const auto change = director::judge_panic(service, situation_, now);
    if (!change) return;
    if (change->panic)
        log::error(
            "virtual service {}: {} of {} real servers failed at once; it is probably us, so they all stay "
            "in",
            service.name, change->failed, change->pool);
    else
        log::warning("virtual service {}: no longer keeps real servers in that failed at once", service.name);
}

void Lvsd::on_report(const director::MonitorKey& key, const health::Report& report) {
    const auto service = services_.find(key.service);
    if (service == services_.end()) return;
    book_.note(key, report);
    auto& standing = situation_.standings[key];
    const auto now = Clock::now();
    const auto next = director::after(standing, report, now);
    if (next == standing) return damping_.settle(key);
    if (!damping_.take(key, report, now)) return;  // its turn will come
    share_stale_ = true;
    if (next.weight != standing.weight && next.weight)
        log::info("real server {} of {}: weight {} ({})", key.checked.to_string(), key.service.to_string(),
                  *next.weight, report.weight_reason);
    standing = next;
    judge_panic(*service->second, now);
    changed_.insert(key.service);
    converge_soon();
}

/// What nannies have said too often to be taken at once.
void Lvsd::take_what_waited(TimePoint now) {
    for (const auto& [key, report] : damping_.due(now)) on_report(key, report);
    if (now < damping_quiet_until_) return;
    const auto put_off = damping_.put_off();
    if (put_off.empty()) return;
    damping_quiet_until_ = now + std::chrono::minutes(1);
    for (const auto& [key, count] : put_off)
        log::warning(
            "real server {} of {} changes too often: {} changes were put off, and only the last counts",
            key.checked.to_string(), key.service.to_string(), count);
}

/// The router's own addresses come and go, and so does the one to check from.
void Lvsd::look_at_sources(TimePoint now) {
    constexpr auto interval = std::chrono::seconds(5);
    if (now < sources_look_at_) return;
    sources_look_at_ = now + interval;
    if (sources_.look()) nannies_.want(sources_.monitors(config_), config_.checks_per_nanny);
}

void Lvsd::converge_soon() {
    if (converge_posted_ || stopping_ || !adopted_) return;
    converge_posted_ = true;
    asio::post(context_, [this] {
        converge_posted_ = false;
        if (stopping_) return;
        converge_changed();
        tell_ready_when_settled();
    });
}

/// A report costs what its service costs, however large the table is.
void Lvsd::converge_changed() {
    const auto changed = std::exchange(changed_, {});
    ipvs::Table desired;
    for (const auto& id : changed) {
        const auto service = services_.find(id);
        if (service == services_.end()) continue;  // gone since
        judge_quorum(*service->second);
        desired.emplace(id, director::desired_entry(config_, *service->second, situation_));
    }
    const auto done = kernel::converge(ipvs_, desired, {});
    if (done && done->refused.empty())
        log_steps(done->made, Occasion::change);
    else
        converge();  // which knows what has been complained about, and tries again
}

void Lvsd::converge(Occasion occasion) {
    if (!adopted_) return;  // soon
    changed_.clear();
    for (const auto& [id, service] : services_) judge_quorum(*service);
    const auto desired = director::desired_table(config_, situation_);
    for (const auto& [id, entry] : desired) owned_.insert(id);
    const auto done = kernel::converge(ipvs_, desired, owned_);
    table_known_ = done.has_value();
    std::set<std::string> complaints;
    if (!done) {
        complaints.insert(done.error().message());
    } else {
        log_steps(done->made, occasion);
        for (const auto& refusal : done->refused) complaints.insert(refusal.error.message());
    }
    complain(std::move(complaints));
    if (complaints_.empty()) {
        failures_ = 0;
        retry_.cancel();
        // What the file no longer has is gone now; if it comes back, it is somebody else's.
        std::erase_if(owned_, [&](const auto& id) { return !desired.contains(id); });
        ownership_.note(owned_, marks_.in_kernel());
        return;
    }
    ownership_.note(owned_, marks_.in_kernel());
    ++failures_;
    retry_.expires_after(retry_pause(failures_));
    retry_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled || stopping_) return;
        converge();
        tell_ready_when_settled();
    });
}

/// Says what is new, once.
void Lvsd::complain(std::set<std::string> complaints) {
    for (const auto& complaint : complaints)
        if (!complaints_.contains(complaint)) log::error("{}", complaint);
    if (complaints.empty() && !complaints_.empty()) log::info("the IPVS table is as it should be again");
    complaints_ = std::move(complaints);
}

void Lvsd::log_steps(const std::vector<ipvs::Step>& steps, Occasion occasion) {
    for (const auto& step : steps) log::debug("{}", ipvs::describe(step));
    if (occasion != Occasion::watch || steps.empty()) return;
    strangers_steps_ += static_cast<int>(steps.size());
    const auto now = Clock::now();
    if (now < stranger_quiet_until_) return;
    stranger_quiet_until_ = now + std::chrono::minutes(1);
    constexpr std::size_t shown = 5;
    log::warning("somebody else changed the IPVS table; put back: {}{}", ipvs::describe(steps.front()),
                 strangers_steps_ > 1 ? fmt::format(" (the first of {})", strangers_steps_) : "");
    for (std::size_t i = 1; i < std::min(steps.size(), shown); ++i)
        log::warning("put back: {}", ipvs::describe(steps[i]));
    strangers_steps_ = 0;
}

void Lvsd::judge_quorum(const config::VirtualServer& service) {
    if (!director::judge_quorum(config_, service, situation_)) return;
    const auto id = director::service_id(service);
    const std::string_view leaves =
        situation_.leaving.contains(id) ? "may finish what it has begun" : "is out";
    if (situation_.sorry.contains(id))
        log::warning("virtual service {}: too few real servers are up: the sorry server gets the clients",
                     service.name);
    else
        log::warning("virtual service {}: enough real servers are up again: the sorry server {}",
                     service.name, leaves);
}

/// The sorry servers that were taken back the clients go when they have no connection left.
void Lvsd::dismiss_idle_sorry_servers() {
    const auto leaving = situation_.leaving;
    for (const auto& id : leaving) {
        const auto service = services_.find(id);
        const auto found = ipvs_.dump(id);
        if (!found || service == services_.end()) continue;  // to be asked again
        if (director::is_busy(director::sorry_endpoints(config_, *service->second), *found)) continue;
        situation_.leaving.erase(id);
        log::info("virtual service {}: the sorry server is out", service->second->name);
        changed_.insert(id);
        converge_soon();
    }
}

asio::awaitable<void> Lvsd::watch_table() {
    while (!stopping_) {
        const auto begun = Clock::now();
        if (failures_ == 0 && !converge_posted_) converge(Occasion::watch);
        dismiss_idle_sorry_servers();
        settings_.look(begun);
        take_what_waited(begun);
        look_at_sources(begun);
        tell_share();
        const auto took = Clock::now() - begun;
        co_await runtime::sleep_until(Clock::now() + std::max<Duration>(watch_interval, took * watch_share));
    }
}

/// The table is programmed, and what has been found out by now is in it.
void Lvsd::tell_ready_when_settled() {
    if (ready_told_ || !parent_ || !table_known_ || !marks_.settled()) return;
    const bool settled = director::settled(config_, situation_.standings);
    if (!settled && !settling_over_) return;
    if (!settled) log::warning("no real server of some virtual service has answered yet");
    ready_told_ = true;
    parent_->tell(Fields().add("ready", "1"));
    tell_share();
}

/// pulse gives the role to the router that reaches clearly more. Told only once the table is said to be
/// ready.
void Lvsd::tell_share() {
    if (!parent_ || !ready_told_ || !std::exchange(share_stale_, false)) return;
    const auto share = director::served_share(config_, situation_);
    if (share == share_told_) return;
    share_told_ = share;
    parent_->tell(Fields().add("served", share ? std::to_string(*share) : "unknown"));
}

asio::awaitable<void> Lvsd::limit_settling() {
    co_await runtime::sleep_until(Clock::now() + settling_limit);
    settling_over_ = true;
    if (!stopping_) tell_ready_when_settled();
}

void Lvsd::use(config::Config config) {
    const auto changes = director::changes(config_, config);
    const bool new_settings = config_.tcp_timeout != config.tcp_timeout ||
                              config_.tcpfin_timeout != config.tcpfin_timeout ||
                              config_.udp_timeout != config.udp_timeout || config_.sysctls != config.sysctls;
    config_ = std::move(config);
    index_services();
    situation_ = director::still_known(std::move(situation_), config_);
    for (const auto& sentence : director::indistinct(config_)) log::warning("{}", sentence);
    book_.tidy();
    damping_.tidy(situation_.standings);
    share_stale_ = true;
    if (new_settings) settings_.want(config_, Clock::now());
    marks_.want(config_);
    log::info("reloaded: {}", changes.to_string());
    converge();
    nannies_.want(sources_.monitors(config_), config_.checks_per_nanny);
}

void Lvsd::use(director::Drains drains) {
    situation_.drained = director::keys_of(drains, config_);
    share_stale_ = true;
    converge();
}

/// Started by hand, lvsd reads lvs.cf itself.
asio::awaitable<void> Lvsd::reread() {
    log::info("rereading configuration file");
    constexpr auto limit = std::chrono::seconds(30);
    using Read = std::pair<Result<config_file::File>, Result<director::Drains>>;
    const std::function<Result<Read>()> reading = [options = options_] {
        return Read(config_file::read(options.config_file), drained_servers(options.state_directory));
    };
    auto read = co_await runtime::in_a_thread(limit, "the configuration was not read", reading);
    if (!read) co_return log::error("the configuration stays as it was: {}", read.error().message());
    if (stopping_) co_return;
    auto& [file, drains] = *read;
    if (file) config_file::log_diagnostics(*file);
    if (file && file->ok())
        use(std::move(file->config));
    else
        log::error("the configuration stays as it was{}", file ? "" : ": " + file.error().message());
    if (drains)  // an operator's wish counts whatever the file is like
        use(std::move(*drains));
    else
        log::error("{}; who is drained stays as it was", drains.error().message());
}

asio::awaitable<void> Lvsd::hear_signals() {
    for (;;) {
        const auto [error, signal] = co_await signals_.async_wait(runtime::as_result);
        if (error) co_return;
        if (signal == SIGHUP) {
            if (parent_)
                log::info("pulse has lvs.cf reread: pulsectl reload");
            else
                runtime::spawn_logged(context_, "reload", reread());
            continue;
        }
        log::info("shutting down due to signal {}", signal);
        stop(!parent_ && !config_.hard_shutdown);
    }
}

void Lvsd::abandoned() {
    if (stopping_) return;
    // pulse died. The table stays: connections go on, and the lvsd of the next pulse adopts it.
    log::warning("pulse is gone; leaving the IPVS table as it is");
    finish();
}

void Lvsd::stop(bool leave_table) {
    if (stopping_) return;
    if (leave_table) log::info("leaving the IPVS table as it is: hard_shutdown = 0");
    for (const auto* service : director::services(config_))
        if (!leave_table) log::info("shutting down virtual service {}", service->name);
    if (!leave_table) {
        const auto cleared = kernel::converge(ipvs_, {}, owned_);
        if (!cleared) log::error("{}", cleared.error().message());
        if (cleared && cleared->refused.empty()) ownership_.note({}, false);
        marks_.remove();
        wait_for_marks_ = true;
    }
    finish();
}

void Lvsd::finish() {
    stopping_ = true;
    if (parent_) parent_->go_deaf();
    signals_.cancel();
    retry_.cancel();
    nannies_.stop();
    runtime::spawn_logged(context_, "end", wait_for_nannies());
}

asio::awaitable<void> Lvsd::wait_for_nannies() {
    const auto deadline = Clock::now() + std::chrono::seconds(2);
    const auto busy = [this] {
        return !nannies_.none_left() || (wait_for_marks_ && marks_.in_kernel()) || !ownership_.written();
    };
    while (busy() && Clock::now() < deadline)
        co_await runtime::sleep_until(Clock::now() + std::chrono::milliseconds(5));
    context_.stop();
}

}  // namespace pulse::lvsd
