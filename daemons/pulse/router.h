#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/config/config.h"
#include "pulse/failover/machine.h"
#include "pulse/runtime/state_store.h"

#include "address_memory.h"
#include "connection_counter.h"
#include "connection_sync.h"
#include "connection_teller.h"
#include "drains.h"
#include "floating.h"
#include "heartbeats.h"
#include "hooks.h"
#include "link_monitor.h"
#include "lvsd_runner.h"
#include "options.h"
#include "promptness.h"
#include "reachability.h"
#include "reload.h"
#include "watchdog.h"

namespace pulse::daemon {

/// Everything a router needs from the kernel, opened before it leaves the terminal.
struct Resources {
    Heartbeats heartbeats;
    Floating::Resources floating;
    kernel::RouteClient links_route;
    bool serving = false;  ///< addresses of a pulse that died are up
};

/// The shell of the role machine: turns what happens into events and carries out the actions.
class Router : private Reloadable {
  public:
    /// `lvsd_texts`: what lvsd runs with; `sync_record`: what ConnectionSync has recorded.
    Router(boost::asio::io_context& context, const Options& options, Running running,
           LvsdRunner::Texts lvsd_texts, const std::string& sync_record, runtime::StateStore& store,
           Resources resources);

    /// Begins; the io_context does the rest and is stopped when the router is to end.
    void start();

    [[nodiscard]] int exit_status() const { return exit_status_; }

    /// Rereads lvs.cf and applies every difference, here and in lvsd. Says what has changed, or why nothing
    /// has. `insisted`: also if that takes most of the real servers away.
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> reload(bool insisted) {
        return reload_.run(insisted);
    }

    /// Drains real servers, or takes that back; says whom that concerned.
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> drain(std::string servers, bool on) {
        return drains_.change(running_.drains, *running_.config, std::move(servers), on);
    }
    [[nodiscard]] const director::Drains& drained() const { return running_.drains; }

    /// The page of lvsd's real servers that begins with number `from` (director::page_of).
    [[nodiscard]] boost::asio::awaitable<LvsdAnswer> servers(std::string from);

    /// Has nothing held against the real servers that VIRTUAL/SERVER means; says whom that concerned.
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> clear_hold(std::string servers);

    /// Moves the role to the other router, as an operator wants; ends when that is decided and says how.
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> fail_over();

    /// What there is to say of the role, the partner and the ways between.
    [[nodiscard]] failover::Status status() const;

  private:
    [[nodiscard]] const Running& running() const override { return running_; }
    boost::asio::awaitable<Result<Proposal>> read() override;
    boost::asio::awaitable<Result<void>> remember(director::Drains drains) override {
        return drains_.remember(std::move(drains));
    }
    void commit(Proposal& proposal) override;
    boost::asio::awaitable<std::vector<std::string>> raise_addresses() override;
    boost::asio::awaitable<void> reload_as_told();
    void watch();
    void handle(const failover::Event& event);
    void take(const failover::Event& event);
    void tell_partner();
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
    Running running_;
    failover::Settings settings_;
    failover::State state_;
    Heartbeats heartbeats_;
    AddressMemory address_memory_;
    Floating floating_;
    Hooks hooks_;          ///< active_cmd and inactive_cmd
    Hooks notifications_;  ///< notify_cmd
    Watchdog watchdog_;
    LvsdRunner lvsd_;
    DrainList drains_;
    Reload reload_;
    ConnectionSync sync_;
    ConnectionTeller teller_;
    bool serving_;  ///< as in Resources: at the start
    LinkMonitor links_;
    Reachability pings_;
    ConnectionCounter connections_;
    Promptness promptness_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer alarm_;
    bool synchronised_as_master_ = false;
    bool letting_go_ = false;  ///< of the role, to a partner that lives
    enum class Told { nothing, when_it_came, when_ready } told_ = Told::nothing;  ///< of the connections
    bool raising_due_ = false;  ///< the last reload brought addresses that are to be raised
    std::uint64_t takeovers_ = 0;
    int exit_status_ = 0;
};

}  // namespace pulse::daemon
