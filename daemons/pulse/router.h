#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/config/config.h"
#include "pulse/failover/machine.h"

#include "connection_counter.h"
#include "floating.h"
#include "heartbeats.h"
#include "hooks.h"
#include "link_monitor.h"
#include "lvsd_runner.h"
#include "options.h"
#include "promptness.h"
#include "reachability.h"
#include "watchdog.h"

namespace pulse::daemon {

/// Everything a router needs from the kernel, opened before it leaves the terminal.
struct Resources {
    Heartbeats heartbeats;
    Floating::Resources floating;
    kernel::RouteClient links_route;
    kernel::RouteClient identity_route;
};

/// The shell of the role machine: turns what happens into events and carries out the actions.
class Router {
  public:
    Router(boost::asio::io_context& context, const Options& options, const config::Config& config,
           failover::Identity identity, Resources resources);

    /// Begins; the io_context does the rest and is stopped when the router is to end.
    void start();

    [[nodiscard]] int exit_status() const { return exit_status_; }

    /// The configuration this router runs with.
    [[nodiscard]] const config::Config& config() const { return config_; }

    /// Rereads lvs.cf and applies every difference, here and in lvsd. Says what has changed, or why nothing
    /// has.
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> reload();

    /// Has lvsd look again at which servers are drained; nothing to do while it does not run.
    [[nodiscard]] boost::asio::awaitable<void> reread_drains();

    /// The page of lvsd's real servers that begins with number `from` (director::page_of); nothing while it
    /// does not run, or if it does not answer.
    [[nodiscard]] boost::asio::awaitable<std::optional<Fields>> servers(std::string from);

    /// Has nothing held against the real servers that VIRTUAL/SERVER means; says whom that concerned.
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> clear_hold(std::string servers);

    /// Moves the role to the other router, as an operator wants; ends when that is decided and says how.
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> fail_over();

    /// What there is to say of the role, the partner and the ways between.
    [[nodiscard]] failover::Status status() const;

  private:
    boost::asio::awaitable<void> reload_as_told();
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> reload_once();
    [[nodiscard]] Result<void> accept(const config::Config& next, const heartbeat::Keys& keys);
    void watch();
    void handle(const failover::Event& event);
    void take(const failover::Event& event);
    void set_alarm(TimePoint due);
    void perform(const failover::Action& action);
    void run_hook(const std::optional<std::string>& command, std::string event);
    void notify(std::string event, std::vector<std::string> details = {});
    [[nodiscard]] Hooks::Run hook(const std::string& command, std::string event) const;
    void tell_of(const std::vector<failover::AddressTrouble>& troubles);
    void synchronise(bool as_master);
    void show_role(failover::Role before);
    boost::asio::awaitable<void> leave();
    boost::asio::awaitable<void> hear_signals();

    boost::asio::io_context& context_;
    Options options_;
    failover::Identity identity_;
    config::Config config_;
    failover::Settings settings_;
    failover::State state_;
    Heartbeats heartbeats_;
    Floating floating_;
    Hooks hooks_;          ///< active_cmd and inactive_cmd
    Hooks notifications_;  ///< notify_cmd
    Watchdog watchdog_;
    LvsdRunner lvsd_;
    LinkMonitor links_;
    Reachability pings_;
    ConnectionCounter connections_;
    Promptness promptness_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer alarm_;
    kernel::RouteClient identity_route_;
    bool reloading_ = false;
    bool synchronises_ = false;  ///< connections
    std::uint64_t takeovers_ = 0;
    int exit_status_ = 0;
};

}  // namespace pulse::daemon
