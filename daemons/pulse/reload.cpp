#include "reload.h"

#include "pulse/config/write.h"
#include "pulse/config_file/keys.h"
#include "pulse/config_file/trust.h"
#include "pulse/kernel/route.h"
#include "pulse/log/log.h"
#include "pulse/runtime/sealed_text.h"

#include "own_address.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

constexpr auto unchanged = "the configuration stays as it was";

/// Set as long as it lives, also when an exception ends it.
class Busy {
  public:
    explicit Busy(bool& flag) : flag_(flag) { flag_ = true; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
    Busy(Busy&&) = delete;
    Busy& operator=(Busy&&) = delete;
    ~Busy() { flag_ = false; }

  private:
    bool& flag_;
};

}  // namespace

Result<Proposal> propose(const std::string& path, const Running& running) {
    auto file = config_file::read(path);
    if (!file) return fail(file.error(), "");
    Proposal proposal{.file = std::move(*file)};
    if (!proposal.file.ok()) return proposal;
    const auto& config = proposal.file.config;
    if (config.heartbeat_key_file) {
        auto keys = config_file::read_keys(*config.heartbeat_key_file);
        if (!keys) return fail(keys.error(), "");
        proposal.keys = std::move(*keys);
    }
    auto route = kernel::RouteClient::open();
    if (!route) return fail(route.error(), "");
    auto local = local_addresses(*route);
    if (!local) return fail(local.error(), "");
    proposal.local = std::move(*local);
    proposal.drained_then = running.drains;
    proposal.drains = director::renamed(running.drains, *running.config, config);
    proposal.changes = reload_changes(*running.config, config);
    proposal.changes.heartbeat_keys = proposal.keys != running.keys;
    proposal.settings = failover::settings_of(config, running.identity);
    auto text = runtime::sealed_text("lvs.cf", config::write(config));
    if (!text) return fail(text.error(), "");
    proposal.lvsd_text = std::move(*text);
    if (proposal.drains == running.drains) return proposal;
    auto drains = runtime::sealed_text("drained", director::to_text(proposal.drains));
    if (!drains) return fail(drains.error(), "");
    proposal.lvsd_drains = std::move(*drains);
    return proposal;
}

std::optional<std::string> objection(const Proposal& proposal, const Running& running, bool insisted) {
    const auto& file = proposal.file;
    if (!file.ok()) return file.report();
    if (file.cut_off)
        return config::one_line(*file.cut_off, file.path) +
               "; a file that is cut off is good enough to start "
               "with, not to take servers away";
    const config_file::Terms terms{.trust_files = running.trust_files, .reload = true};
    if (const auto accepted = config_file::acceptable(file, terms); !accepted)
        return accepted.error().message();
    if (const auto usable = failover::usable(file.config); !usable) return usable.error().message();
    if (failover::identity(file.config, proposal.local) != running.identity)
        return "`primary` and `backup` would make this machine another router than it is; restart pulse for "
               "that";
    if (running.identity == failover::Identity::backup && !file.config.backup_active)
        return "backup_active = 0 leaves this router, the backup, without a job; stop pulse here";
    if (proposal.drained_then != running.drains) return "servers were drained meanwhile; try again";
    return insisted ? std::nullopt : too_much(proposal.changes);
}

asio::awaitable<Result<std::string>> Reload::run(bool insisted) {
    if (busy_) co_return fail(std::error_code(), "another reload is still going on");
    const Busy busy(busy_);
    log::info("rereading configuration file");
    auto ready = co_await prepare(insisted);
    if (!ready) {
        auto why = ready.error().message();
        const bool logged = why.ends_with('\n');  // a report: a line for each diagnostic is in the log
        if (!logged) log::error("{}", why);
        log::error("{}", unchanged);
        if (!logged) why += "; ";
        co_return fail(std::error_code(), why + unchanged);
    }
    auto done = co_await commit(std::move(*ready));
    if (done)
        log::info("reloaded: {}", *done);
    else
        log::error("reloaded: {}", done.error().message());
    co_return done;
}

asio::awaitable<Result<Reload::Ready>> Reload::prepare(bool insisted) {
    auto proposal = co_await router_.read();
    if (!proposal) co_return fail(proposal.error(), "");
    config_file::log_diagnostics(proposal->file);
    const auto& running = router_.running();
    if (const auto why = objection(*proposal, running, insisted)) co_return fail(std::error_code(), *why);
    const auto& config = proposal->file.config;
    auto lines = heartbeats_.prepare(failover::heartbeat_paths(config, running.identity, proposal->local));
    if (!lines) co_return fail(lines.error(), "");
    if (proposal->drains != running.drains) {
        const auto kept = co_await router_.remember(proposal->drains);
        if (!kept) co_return fail(kept.error(), "cannot remember who is drained");
    }
    Ready ready{.proposal = std::move(*proposal), .lines = std::move(*lines)};
    co_return std::move(ready);
}

asio::awaitable<Result<std::string>> Reload::commit(Ready ready) {
    auto& proposal = ready.proposal;
    const Speech speech{.keys = proposal.keys, .deadtime = proposal.file.config.deadtime};
    auto text = std::move(proposal.lvsd_text);
    auto drains = std::move(proposal.lvsd_drains);
    const auto changes = proposal.changes.to_string();
    heartbeats_.use(std::move(ready.lines), speech);
    router_.commit(proposal);
    // Out before the table, in after it, as ever.
    auto answer = co_await lvsd_.use(Handout::config, std::move(text));
    if (drains) {
        auto renamed = co_await lvsd_.use(Handout::drained, std::move(drains));
        if (answer.done()) answer = std::move(renamed);
    }
    const auto troubles = co_await router_.raise_addresses();
    std::string but;
    const auto note = [&](const std::string& what) { but += (but.empty() ? "" : "; ") + what; };
    if (!answer.done() && answer.kind != LvsdAnswer::Kind::not_running) note(answer.why);
    for (const auto& trouble : troubles) note(trouble);
    if (but.empty()) co_return changes;
    co_return fail(std::error_code(), changes + "; this is in force in pulse, but " + but);
}

}  // namespace pulse::daemon
