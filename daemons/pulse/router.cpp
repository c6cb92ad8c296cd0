#include "router.h"

#include <csignal>
#include <utility>

#include "pulse/base/match.h"
#include "pulse/base/text.h"
#include "pulse/director/director.h"
#include "pulse/log/log.h"
#include "pulse/process/service_manager.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/in_a_thread.h"

#include "failover_order.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

/// What only this process knows, added to the settings that a file decides.
failover::Settings with_paths(failover::Settings settings, bool force_active, const Heartbeats& heartbeats) {
    settings.force_active = force_active;
    for (const auto& path : heartbeats.paths()) settings.paths.push_back(path.name);
    return settings;
}

std::vector<std::string> lvsd_arguments(const Options& options) {
    std::vector<std::string> arguments{options.foreground ? "--nodaemon" : "--nofork", "--state-directory",
                                       options.state_directory};
    if (options.verbose) arguments.emplace_back("-v");
    if (!options.nanny.empty()) {
        arguments.emplace_back("--nanny");
        arguments.push_back(options.nanny);
    }
    return arguments;
}

/// One word, for programs.
std::string_view role_word(failover::Role role) {
    return role == failover::Role::starting ? "starting" : failover::name_of(role);
}

}  // namespace

Router::Router(asio::io_context& context, const Options& options, Running running,
               LvsdRunner::Texts lvsd_texts, const std::string& sync_record, runtime::StateStore& store,
               Resources resources)
    : context_(context),
      options_(options),
      running_(std::move(running)),
      settings_(with_paths(failover::settings_of(*running_.config, running_.identity), options.force_active,
                           resources.heartbeats)),
      heartbeats_(std::move(resources.heartbeats)),
      address_memory_(context, store, resources.floating.record),
      floating_(context, *running_.config, std::move(resources.floating),
                {.repaired = [this] { notify("addresses_repaired"); },
                 .trouble = [this](const auto& troubles) { tell_of(troubles); },
                 .conflict =
                     [this](const net::Claim& claim) {
                         notify("address_conflict", {"PULSE_ADDRESS=" + claim.address.to_string(),
                                                     "PULSE_MAC=" + claim.mac.to_string()});
                     },
                 .record = [this](const auto& record) { address_memory_.keep(record); }}),
      hooks_(context, "active_cmd or inactive_cmd"),
      notifications_(context, "notify_cmd"),
      watchdog_(context),
      lvsd_(context, options.lvsd, lvsd_arguments(options), std::move(lvsd_texts),
            [this](const auto& event) { handle(event); }),
      drains_(store, lvsd_),
      reload_(*this, heartbeats_, lvsd_),
      sync_(context, store, sync_record),
      teller_(context),
      serving_(resources.serving),
      links_(context, std::move(resources.links_route),
             [this](const failover::LinksChanged& event) {
                 const bool was_down = state_.link_down;
                 handle(event);
                 if (event.up == was_down) notify(event.up ? "links_restored" : "links_lost");
             }),
      pings_(context, [this](std::uint16_t count) { handle(failover::PingsChanged{count}); }),
      connections_(context, [this](std::uint64_t count) { handle(failover::ConnectionsCounted{count}); }),
      signals_(context, SIGTERM, SIGINT, SIGHUP),
      alarm_(context) {}

void Router::start() {
    runtime::spawn_logged(context_, "signals", hear_signals());
    address_memory_.start();
    floating_.start();
    sync_.start();
    watchdog_.use(running_.config->watchdog, running_.config->deadtime);
    if (running_.config->realtime) promptness_.ask_for_it();
    if (settings_.partner && !settings_.details)
        log::warning(
            "heartbeats are not authenticated: anybody on the network can forge them; pulsectl genkey");
    heartbeats_.listen([this](const failover::Content& content, std::size_t path) {
        handle(failover::HeartbeatHeard{content, path});
    });
    handle(failover::Started{.serving = serving_});
    watch();
    process::notify_ready(std::string(failover::name_of(state_.role)));
}

void Router::watch() {
    links_.watch(settings_.partner ? heartbeats_.paths() : std::vector<failover::Path>{},
                 failover::floating_addresses(*running_.config), settings_.link_rule);
    settings_.links = links_.counted();
    links_.look();
    pings_.watch(*running_.config);
    connections_.count(running_.config->syncdaemon && running_.config->auto_failback && settings_.partner);
}

asio::awaitable<void> Router::reload_as_told() { (void)co_await reload(false); }

asio::awaitable<Result<Proposal>> Router::read() {
    // Names are asked for 10 s at most; the rest are files, which a dead mount may never give.
    constexpr auto limit = std::chrono::seconds(20);
    const std::function<Result<Proposal>()> reading = [path = options_.config_file, running = running_] {
        return propose(path, running);
    };
    auto proposal = co_await runtime::in_a_thread(limit, "the configuration was not read", reading);
    co_return std::move(proposal);
}

void Router::commit(Proposal& proposal) {
    const auto before = running_.config;
    running_.config = std::make_shared<config::Config>(std::move(proposal.file.config));
    running_.keys = std::move(proposal.keys);
    running_.drains = std::move(proposal.drains);
    const auto& config = *running_.config;
    settings_ = with_paths(std::move(proposal.settings), options_.force_active, heartbeats_);
    const auto old_addresses = failover::floating_addresses(*before);
    raising_due_ = !failover::without(failover::floating_addresses(config), old_addresses).empty();
    floating_.change(config);
    watchdog_.use(config.watchdog, config.deadtime);
    synchronise(synchronised_as_master_);
    handle(failover::Reconfigured{});
    watch();
}

asio::awaitable<std::vector<std::string>> Router::raise_addresses() {
    if (std::exchange(raising_due_, false) && state_.role == failover::Role::active) {
        floating_.raise();
        floating_.announce();
    }
    // 1,000 addresses take a fifth of a second.
    const auto limit = Clock::now() + std::chrono::seconds(3);
    while (!floating_.addresses().settled() && Clock::now() < limit)
        co_await runtime::sleep_until(Clock::now() + std::chrono::milliseconds(10));
    std::vector<std::string> texts;
    for (const auto& trouble : floating_.addresses().troubles()) texts.push_back(failover::to_text(trouble));
    co_return texts;
}

asio::awaitable<LvsdAnswer> Router::servers(std::string from) {
    constexpr auto limit = std::chrono::seconds(3);  // an operator waits
    auto details = Fields().add("from", std::move(from));
    auto answer = co_await lvsd_.ask("servers", std::move(details), limit);
    co_return answer;
}

asio::awaitable<Result<std::string>> Router::clear_hold(std::string servers) {
    constexpr auto limit = std::chrono::seconds(10);
    auto details = Fields().add("of", std::move(servers));
    const auto answer = co_await lvsd_.ask("forgive", std::move(details), limit);
    if (!answer.done()) co_return fail(std::error_code(), answer.why);
    co_return std::string(answer.said.find("text").value_or(""));
}

asio::awaitable<Result<std::string>> Router::fail_over() {
    if (const auto refusal = failover::refuses_failover(state_, settings_))
        co_return fail(std::error_code(), *refusal);
    const bool had_role = state_.role == failover::Role::active;
    handle(failover::FailoverAsked{});
    // pulsectl waits for half a minute.
    const auto limit = Clock::now() + std::min<Duration>(std::chrono::seconds(28),
                                                         settings_.handover_limit + settings_.ready_limit +
                                                             2 * settings_.deadtime);
    while (Clock::now() < limit) {
        auto outcome = outcome_of_order(had_role, state_);
        if (outcome) co_return *std::move(outcome);
        co_await runtime::sleep_until(Clock::now() + std::chrono::milliseconds(10));
    }
    co_return fail(std::error_code(), undecided(had_role, state_));
}

failover::Status Router::status() const {
    return {.settings = settings_,
            .state = state_,
            .now = Clock::now(),
            .paths = heartbeats_.paths(),
            .counters = heartbeats_.counters(),
            .links_down = links_.down(),
            .pings_down = pings_.silent(),
            .addresses = floating_.addresses().wanted().size(),
            .addresses_up = floating_.addresses().up().size(),
            .address_troubles = floating_.addresses().troubles(),
            .stuck_devices = floating_.stuck_devices(),
            .takeovers = takeovers_,
            .worst_lateness = promptness_.worst(),
            .recent_lateness = promptness_.recent(),
            .realtime = promptness_.realtime(),
            .locked = promptness_.locked(),
            .lvsd_silent_since = lvsd_.silent_since(),
            .sync_problem = sync_.problem()};
}

void Router::handle(const failover::Event& event) {
    if (const auto slept = promptness_.suspended(); slept > std::chrono::milliseconds(50))
        take(failover::Suspended{slept});
    take(event);
}

void Router::take(const failover::Event& event) {
    const auto role_before = state_.role;
    auto next = failover::step(state_, event, Clock::now(), settings_);
    state_ = std::move(next.state);
    if (role_before == failover::Role::standby && state_.role != failover::Role::standby) ++takeovers_;
    letting_go_ = role_before == failover::Role::active && state_.role != role_before && state_.partner_alive;
    for (const auto& action : next.actions) perform(action);
    tell_partner();
    if (state_.role != role_before) show_role(role_before);
    set_alarm(next.wake_at);
}

/// A partner that has come knows no connections; one that gets ready knows now which servers they belong to.
void Router::tell_partner() {
    auto standing = Told::nothing;
    if (state_.role == failover::Role::active && state_.partner_alive)
        standing = state_.report && state_.report->ready ? Told::when_ready : Told::when_it_came;
    if (standing > told_) teller_.tell_soon(running_.config);
    told_ = standing;
}

void Router::set_alarm(TimePoint due) {
    alarm_.expires_at(due);
    alarm_.async_wait([this, due](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        promptness_.came(due, Clock::now());
        handle(failover::Woken{});
    });
}

void Router::perform(const failover::Action& action) {
    match(
        action, [&](const failover::SendHeartbeat& a) { heartbeats_.send(a.report); },
        [&](const failover::StartLvsd&) { lvsd_.start(); },
        [&](const failover::StopLvsd& a) { lvsd_.stop(a.leave_table); },
        [&](const failover::ClearTable&) { lvsd_.clear_table(); },
        [&](const failover::RaiseAddresses&) { floating_.raise(); },
        [&](const failover::DropAddresses&) {
            floating_.drop();
            if (letting_go_) teller_.tell_now(*running_.config);
        },
        [&](const failover::Announce&) { floating_.announce(); },
        [&](const failover::RunActiveCommand&) { run_hook(running_.config->active_cmd, "active_cmd"); },
        [&](const failover::RunInactiveCommand&) { run_hook(running_.config->inactive_cmd, "inactive_cmd"); },
        [&](const failover::Synchronise& a) { synchronise(a.as_master); },
        [&](const failover::Log& a) {
            if (a.warning)
                log::warning("{}", a.text);
            else
                log::info("{}", a.text);
        },
        [&](const failover::Exit& a) {
            exit_status_ = a.status;
            runtime::spawn_logged(context_, "end", leave());
        });
}

void Router::show_role(failover::Role before) {
    const auto name = failover::name_of(state_.role);
    if (before == failover::Role::standby) floating_.probe();
    notify(std::string(role_word(state_.role)), {"PULSE_FORMER_ROLE=" + std::string(role_word(before))});
    if (state_.role == failover::Role::active) floating_.say_when_up(std::string(name));
    process::notify_status(std::string(name));
}

void Router::tell_of(const std::vector<failover::AddressTrouble>& troubles) {
    for (const bool must_be_up : {true, false}) {
        std::string addresses;
        std::string reason;
        for (const auto& trouble : troubles) {
            if (trouble.must_be_up != must_be_up) continue;
            addresses += (addresses.empty() ? "" : " ") + trouble.address.to_string();
            reason = reason.empty() ? trouble.reason : reason;
        }
        if (!addresses.empty())
            notify(must_be_up ? "addresses_not_up" : "addresses_not_down",
                   {"PULSE_ADDRESS=" + addresses, "PULSE_REASON=" + reason});
    }
}

void Router::synchronise(bool as_master) {
    synchronised_as_master_ = as_master;
    sync_.want(failover::wanted_sync(*running_.config, as_master));
}

Hooks::Run Router::hook(const std::string& command, std::string event) const {
    Hooks::Run run{.command = command, .limit = running_.config->hook_timeout};
    const std::string identity = running_.identity == failover::Identity::primary ? "primary" : "backup";
    run.environment = {"PULSE_EVENT=" + std::move(event), "PULSE_ROLE=" + std::string(role_word(state_.role)),
                       "PULSE_IDENTITY=" + identity, "PULSE_CONFIG=" + options_.config_file};
    return run;
}

void Router::run_hook(const std::optional<std::string>& command, std::string event) {
    if (command) hooks_.run(hook(*command, std::move(event)));
}

void Router::notify(std::string event, std::vector<std::string> details) {
    if (!running_.config->notify_cmd) return;
    auto run = hook(*running_.config->notify_cmd, std::move(event));
    run.environment.insert(run.environment.end(), details.begin(), details.end());
    notifications_.run(std::move(run));
}

asio::awaitable<void> Router::leave() {
    // The last hooks are about the end itself, as is connection synchronisation; they get a chance, and no
    // more.
    constexpr auto patience = std::chrono::seconds(5);
    constexpr auto pause = std::chrono::milliseconds(10);
    for (const auto end = Clock::now() + patience; Clock::now() < end;) {
        if (hooks_.idle() && notifications_.idle() && sync_.idle() && floating_.addresses().settled()) break;
        co_await runtime::sleep_until(Clock::now() + pause);
    }
    co_await address_memory_.end();
    context_.stop();
}

asio::awaitable<void> Router::hear_signals() {
    for (;;) {
        const auto [error, signal] = co_await signals_.async_wait(runtime::as_result);
        if (error) co_return;
        if (signal == SIGHUP) {
            runtime::spawn_logged(context_, "reload", reload_as_told());
            continue;
        }
        process::notify_stopping();
        handle(failover::StopAsked{signal});
    }
}

}  // namespace pulse::daemon
