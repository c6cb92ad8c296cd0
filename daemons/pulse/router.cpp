#include "router.h"

#include <csignal>

#include "pulse/base/match.h"
#include "pulse/base/text.h"
#include "pulse/kernel/ipvs_client.h"
#include "pulse/log/log.h"
#include "pulse/process/service_manager.h"
#include "pulse/runtime/async.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

failover::Settings settings_from(const config::Config& config, failover::Identity identity,
                                 bool force_active) {
    failover::Settings settings;
    settings.identity = identity;
    settings.partner = config.backup_active;
    settings.force_active = force_active;
    settings.keepalive = config.keepalive;
    settings.deadtime = config.deadtime;
    return settings;
}

std::vector<std::string> lvsd_arguments(const Options& options) {
    std::vector<std::string> arguments{options.foreground ? "--nodaemon" : "--nofork", "-c",
                                       options.config_file};
    if (options.verbose) arguments.emplace_back("-v");
    if (!options.nanny.empty()) {
        arguments.emplace_back("--nanny");
        arguments.push_back(options.nanny);
    }
    return arguments;
}

std::string_view role_name(failover::Role role) {
    switch (role) {
        case failover::Role::standby:
            return "standby";
        case failover::Role::starting:
            return "taking over";
        case failover::Role::active:
            return "active";
    }
    return "?";
}

}  // namespace

Router::Router(asio::io_context& context, const Options& options, const config::Config& config,
               failover::Identity identity, Resources resources)
    : context_(context),
      config_(config),
      settings_(settings_from(config, identity, options.force_active)),
      heartbeats_(std::move(resources.heartbeats)),
      addresses_(std::move(resources.addresses)),
      announcer_(context, std::move(resources.announcer_route), std::move(resources.packets),
                 failover::floating_addresses(config)),
      lvsd_(context, options.lvsd, lvsd_arguments(options), [this](const auto& event) { handle(event); }),
      links_(context, std::move(resources.links_route), failover::heartbeat_paths(config, identity),
             config.keepalive, [this](bool up) { handle(failover::LinksChanged{up}); }),
      signals_(context, SIGTERM, SIGINT, SIGHUP),
      alarm_(context) {}

void Router::start() {
    runtime::spawn_logged(context_, "signals", hear_signals());
    heartbeats_.listen([this](heartbeat::Decoded content) { handle(failover::HeartbeatHeard{content}); });
    handle(failover::Started{});
    if (config_.monitor_links && settings_.partner) links_.start();
    process::notify_ready(std::string(role_name(state_.role)));
}

void Router::handle(const failover::Event& event) {
    const auto role_before = state_.role;
    auto next = failover::step(state_, event, Clock::now(), settings_);
    state_ = next.state;
    for (const auto& action : next.actions) perform(action);
    if (state_.role != role_before) show_role();
    alarm_.expires_at(next.wake_at);
    alarm_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) handle(failover::Woken{});
    });
}

void Router::perform(const failover::Action& action) {
    match(
        action, [&](const failover::SendHeartbeat& a) { heartbeats_.send(a.word); },
        [&](const failover::StartLvsd&) { lvsd_.start(); }, [&](const failover::StopLvsd&) { lvsd_.stop(); },
        [&](const failover::ClearTable&) { lvsd_.clear_table(); },
        [&](const failover::RaiseAddresses&) { addresses_.raise(); },
        [&](const failover::DropAddresses&) {
            announcer_.cancel();
            addresses_.drop();
        },
        [&](const failover::Announce&) { announcer_.start(); },
        [&](const failover::RunActiveCommand&) { run_hook(config_.active_cmd); },
        [&](const failover::RunInactiveCommand&) { run_hook(config_.inactive_cmd); },
        [&](const failover::Synchronise& a) { synchronise(a.as_master); },
        [&](const failover::Log& a) { log::info("{}", a.text); },
        [&](const failover::Exit& a) {
            exit_status_ = a.status;
            context_.stop();
        });
}

void Router::show_role() {
    const auto name = role_name(state_.role);
    if (state_.role == failover::Role::active) log::info("now {}: floating addresses are up", name);
    process::notify_status(std::string(name));
}

void Router::synchronise(bool as_master) const {
    if (!config_.syncdaemon) return;
    auto ipvs = kernel::IpvsClient::open();
    const auto role = as_master ? kernel::SyncRole::master : kernel::SyncRole::backup;
    auto started = ipvs ? ipvs->start_sync(role, config_.syncd_iface, config_.syncd_id) : Result<void>();
    if (!ipvs)
        log::error("{}", ipvs.error().message());
    else if (!started)
        log::error("{}", started.error().message());
}

void Router::run_hook(const std::optional<std::string>& command) {
    if (!command || command->empty()) return;
    const auto words = split_words(*command);
    if (words.empty()) return;
    process::SpawnRequest request{.program = std::string(words.front())};
    request.arguments.assign(words.begin() + 1, words.end());
    auto child = process::Child::spawn(context_.get_executor(), request);
    if (!child) return log::error("{}", child.error().message());
    runtime::spawn_logged(context_, "hook", wait_for_hook(std::move(*child), *command));
}

asio::awaitable<void> Router::wait_for_hook(process::Child child, std::string command) {
    const auto ended = co_await child.wait();
    if (!ended.clean()) log::warning("{} {}", command, ended.to_string());
}

asio::awaitable<void> Router::hear_signals() {
    for (;;) {
        const auto [error, signal] = co_await signals_.async_wait(runtime::as_result);
        if (error) co_return;
        if (signal == SIGHUP) {
            lvsd_.signal(SIGHUP);
            continue;
        }
        process::notify_stopping();
        handle(failover::StopAsked{signal});
    }
}

}  // namespace pulse::daemon
