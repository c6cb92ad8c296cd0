#include "router.h"

#include <csignal>
#include <utility>

#include "pulse/base/match.h"
#include "pulse/base/text.h"
#include "pulse/config_file/keys.h"
#include "pulse/config_file/load.h"
#include "pulse/config_file/trust.h"
#include "pulse/director/director.h"
#include "pulse/failover/connection_sync.h"
#include "pulse/kernel/ipvs_client.h"
#include "pulse/log/log.h"
#include "pulse/process/service_manager.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/in_a_thread.h"

#include "drains.h"
#include "state_file.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

/// The settings that a file decides, with what only this process knows.
failover::Settings settings_from(const config::Config& config, failover::Identity identity, bool force_active,
                                 const Heartbeats& heartbeats) {
    auto settings = failover::settings_of(config, identity);
    settings.force_active = force_active;
    for (const auto& path : heartbeats.paths()) settings.paths.push_back(path.name);
    return settings;
}

std::vector<std::string> lvsd_arguments(const Options& options) {
    std::vector<std::string> arguments{options.foreground ? "--nodaemon" : "--nofork", "-c",
                                       options.lvsd_file, "--state-directory", options.state_directory};
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

Router::Router(asio::io_context& context, const Options& options, const config::Config& config,
               failover::Identity identity, Resources resources)
    : context_(context),
      options_(options),
      identity_(identity),
      config_(config),
      settings_(settings_from(config, identity, options.force_active, resources.heartbeats)),
      heartbeats_(std::move(resources.heartbeats)),
      floating_(context, config, std::move(resources.floating),
                {.repaired = [this] { notify("addresses_repaired"); },
                 .conflict =
                     [this](const net::Claim& claim) {
                         notify("address_conflict", {"PULSE_ADDRESS=" + claim.address.to_string(),
                                                     "PULSE_MAC=" + claim.mac.to_string()});
                     }}),
      hooks_(context, "active_cmd or inactive_cmd"),
      notifications_(context, "notify_cmd"),
      watchdog_(context),
      lvsd_(context, options.lvsd, lvsd_arguments(options), [this](const auto& event) { handle(event); }),
      links_(context, std::move(resources.links_route),
             [this](const failover::LinksChanged& event) {
                 const bool was_down = state_.link_down;
                 handle(event);
                 if (event.up == was_down) notify(event.up ? "links_restored" : "links_lost");
             }),
      pings_(context, [this](std::uint16_t count) { handle(failover::PingsChanged{count}); }),
      connections_(context, [this](std::uint64_t count) { handle(failover::ConnectionsCounted{count}); }),
      signals_(context, SIGTERM, SIGINT, SIGHUP),
      alarm_(context),
      identity_route_(std::move(resources.identity_route)) {}

void Router::start() {
    runtime::spawn_logged(context_, "signals", hear_signals());
    floating_.start();
    watchdog_.use(config_.watchdog, config_.deadtime);
    if (config_.realtime) promptness_.ask_for_it();
    if (settings_.partner && !settings_.details)
        log::warning(
            "heartbeats are not authenticated: anybody on the network can forge them; pulsectl genkey");
    heartbeats_.listen([this](const failover::Content& content, std::size_t path) {
        handle(failover::HeartbeatHeard{content, path});
    });
    handle(failover::Started{});
    watch();
    process::notify_ready(std::string(failover::name_of(state_.role)));
}

void Router::watch() {
    const bool links = config_.monitor_links && settings_.partner;
    links_.watch(links ? heartbeats_.paths() : std::vector<failover::Path>{},
                 failover::floating_addresses(config_));
    settings_.links = links_.watched();
    links_.look();
    pings_.watch(config_);
    connections_.count(config_.syncdaemon && config_.auto_failback && settings_.partner);
}

asio::awaitable<Result<std::string>> Router::reload() {
    if (reloading_) co_return fail(std::error_code(), "another reload is still going on");
    reloading_ = true;
    log::info("rereading configuration file");
    auto done = co_await reload_once();
    reloading_ = false;
    if (done)
        log::info("reloaded: {}", *done);
    else
        log::error("the configuration stays as it was");
    co_return done;
}

asio::awaitable<void> Router::reload_as_told() { (void)co_await reload(); }

asio::awaitable<Result<std::string>> Router::reload_once() {
    using Read = std::pair<Result<config_file::File>, Result<heartbeat::Keys>>;
    const std::function<Read()> reading = [path = options_.config_file] {
        Read read{config_file::read(path), {}};
        if (read.first && read.first->config.heartbeat_key_file)
            read.second = config_file::read_keys(*read.first->config.heartbeat_key_file);
        return read;
    };
    auto [file, keys] = co_await runtime::in_a_thread(reading);
    if (!file) log::error("{}", file.error().message());
    if (!file) co_return fail(file.error(), "");
    config_file::log_diagnostics(*file);
    if (!file->ok()) co_return fail(std::error_code(), file->report() + "the configuration stays as it was");
    const config_file::Terms terms{.trust_files = options_.trust_files, .reload = true};
    if (const auto acceptable = config_file::acceptable(*file, terms); !acceptable)
        co_return fail(acceptable.error(), "the configuration stays as it was");
    if (!keys) log::error("{}", keys.error().message());
    if (!keys) co_return fail(keys.error(), "the configuration stays as it was");
    const auto accepted = accept(file->config, *keys);
    if (!accepted) log::error("{}", accepted.error().message());
    if (!accepted) co_return fail(accepted.error(), "the configuration stays as it was");
    if (options_.lvsd_file != options_.config_file)
        if (const auto kept = write_state_file(options_.state_directory, running_file, file->text); !kept)
            co_return fail(kept.error(), "the configuration stays as it was");

    const auto before = std::exchange(config_, std::move(file->config));
    const auto changes = director::changes(before, config_);
    const auto old_addresses = failover::floating_addresses(before);
    const auto new_addresses = failover::floating_addresses(config_);
    settings_ = settings_from(config_, identity_, options_.force_active, heartbeats_);
    if (auto kept = rename_drains(options_.state_directory, before, config_); !kept)
        log::error("{}", kept.error().message());

    // Out before the table, in after it, as ever.
    floating_.change(before, config_);
    watchdog_.use(config_.watchdog, config_.deadtime);
    const auto answer = co_await lvsd_.ask("reload");
    if (state_.role == failover::Role::active && !failover::without(new_addresses, old_addresses).empty()) {
        floating_.raise();
        floating_.announce();
    }
    const bool active = state_.role == failover::Role::active;
    if (failover::wanted_sync(before, active) != failover::wanted_sync(config_, active)) synchronise(active);
    handle(failover::Reconfigured{});
    watch();
    const auto refusal = answer ? answer->find("error") : std::nullopt;
    if (refusal) co_return fail(std::error_code(), "lvsd: " + std::string(*refusal));
    co_return changes.to_string();
}

Result<void> Router::accept(const config::Config& next, const heartbeat::Keys& keys) {
    if (auto usable = failover::usable(next); !usable) return usable;
    const auto addresses = identity_route_.addresses();
    if (!addresses) return fail(addresses.error(), "");
    std::vector<net::IpAddress> local;
    for (const auto& address : *addresses) local.push_back(address.address);
    if (failover::identity(next, local) != identity_)
        return fail(std::error_code(),
                    "`primary` and `backup` would make this machine another router than it "
                    "is; restart pulse for that");
    if (identity_ == failover::Identity::backup && !next.backup_active)
        return fail(std::error_code(),
                    "backup_active = 0 leaves this router, the backup, without a job; stop pulse here");
    if (auto changed = heartbeats_.change(failover::heartbeat_paths(next, identity_, local)); !changed)
        return changed;
    heartbeats_.change(Speech{.keys = keys, .deadtime = next.deadtime});
    return {};
}

asio::awaitable<void> Router::reread_drains() { (void)co_await lvsd_.ask("drains"); }

asio::awaitable<std::optional<Fields>> Router::servers(std::string from) {
    constexpr auto limit = std::chrono::seconds(3);  // an operator waits
    const auto details = Fields().add("from", std::move(from));
    co_return co_await lvsd_.ask("servers", details, limit);
}

asio::awaitable<Result<std::string>> Router::clear_hold(std::string servers) {
    const auto details = Fields().add("of", std::move(servers));
    const auto answer = co_await lvsd_.ask("forgive", details);
    if (!answer) co_return fail(std::error_code(), "lvsd does not run, so nobody is held down");
    if (const auto error = answer->find("error")) co_return fail(std::error_code(), std::string(*error));
    co_return std::string(answer->find("text").value_or(""));
}

asio::awaitable<Result<std::string>> Router::fail_over() {
    if (const auto refusal = failover::refuses_failover(state_, settings_))
        co_return fail(std::error_code(), *refusal);
    const bool had_it = state_.role == failover::Role::active;
    handle(failover::FailoverAsked{});
    const auto limit =
        Clock::now() + settings_.handover_limit + settings_.ready_limit + 2 * settings_.deadtime;
    const auto undecided = [&] {
        return had_it ? state_.role == failover::Role::active && state_.handover.has_value()
                      : state_.role != failover::Role::active && state_.wanting.has_value();
    };
    while (undecided() && Clock::now() < limit)
        co_await runtime::sleep_until(Clock::now() + std::chrono::milliseconds(10));
    const bool has_it = state_.role != failover::Role::standby;
    if (has_it == had_it)
        co_return fail(std::error_code(), had_it ? "the partner did not get ready: this router keeps the role"
                                                 : "the partner has not given the role away");
    co_return std::string(had_it ? "this router has let go; the partner has the role"
                                 : "this router has the role");
}

failover::Status Router::status() const {
    return {.settings = settings_,
            .state = state_,
            .now = Clock::now(),
            .paths = heartbeats_.paths(),
            .counters = heartbeats_.counters(),
            .links_down = links_.down(),
            .pings_down = pings_.silent(),
            .takeovers = takeovers_,
            .worst_lateness = promptness_.worst(),
            .recent_lateness = promptness_.recent(),
            .realtime = promptness_.realtime(),
            .locked = promptness_.locked()};
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
    for (const auto& action : next.actions) perform(action);
    if (state_.role != role_before) show_role(role_before);
    set_alarm(next.wake_at);
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
        [&](const failover::DropAddresses&) { floating_.drop(); },
        [&](const failover::Announce&) { floating_.announce(); },
        [&](const failover::RunActiveCommand&) { run_hook(config_.active_cmd, "active_cmd"); },
        [&](const failover::RunInactiveCommand&) { run_hook(config_.inactive_cmd, "inactive_cmd"); },
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
    if (state_.role == failover::Role::active) log::info("now {}: floating addresses are up", name);
    process::notify_status(std::string(name));
}

void Router::synchronise(bool as_master) {
    if (!config_.syncdaemon && !synchronises_) return;
    synchronises_ = config_.syncdaemon;
    auto ipvs = kernel::IpvsClient::open();
    if (!ipvs) return log::error("{}", ipvs.error().message());
    const auto running = ipvs->daemons();
    if (!running) return log::error("{}", running.error().message());
    const auto plan = failover::plan(*running, failover::wanted_sync(config_, as_master));
    for (const auto role : plan.stop)
        if (auto stopped = ipvs->stop_daemon(role); !stopped) log::error("{}", stopped.error().message());
    for (const auto& daemon : plan.start)
        if (auto started = ipvs->start_daemon(daemon); !started) log::error("{}", started.error().message());
}

Hooks::Run Router::hook(const std::string& command, std::string event) const {
    Hooks::Run run{.command = command, .limit = config_.hook_timeout};
    const std::string identity = identity_ == failover::Identity::primary ? "primary" : "backup";
    run.environment = {"PULSE_EVENT=" + std::move(event), "PULSE_ROLE=" + std::string(role_word(state_.role)),
                       "PULSE_IDENTITY=" + identity, "PULSE_CONFIG=" + options_.config_file};
    return run;
}

void Router::run_hook(const std::optional<std::string>& command, std::string event) {
    if (command) hooks_.run(hook(*command, std::move(event)));
}

void Router::notify(std::string event, std::vector<std::string> details) {
    if (!config_.notify_cmd) return;
    auto run = hook(*config_.notify_cmd, std::move(event));
    run.environment.insert(run.environment.end(), details.begin(), details.end());
    notifications_.run(std::move(run));
}

asio::awaitable<void> Router::leave() {
    // The last hooks are about the end itself; they get a chance, and no more.
    constexpr auto patience = std::chrono::seconds(5);
    constexpr auto pause = std::chrono::milliseconds(10);
    for (const auto end = Clock::now() + patience; Clock::now() < end;) {
        if (hooks_.idle() && notifications_.idle()) break;
        co_await runtime::sleep_until(Clock::now() + pause);
    }
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
