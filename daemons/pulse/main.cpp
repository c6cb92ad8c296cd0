#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>

#include <sys/stat.h>

#include <fmt/format.h>
#include <unistd.h>

#include "pulse/config/write.h"
#include "pulse/config_file/keys.h"
#include "pulse/config_file/load.h"
#include "pulse/config_file/trust.h"
#include "pulse/director/drain.h"
#include "pulse/log/drain.h"
#include "pulse/log/log.h"
#include "pulse/process/daemonize.h"
#include "pulse/process/descriptor_limit.h"
#include "pulse/process/only_one.h"
#include "pulse/process/service_manager.h"
#include "pulse/process/start.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/sealed_text.h"

#include "address_memory.h"
#include "operators.h"
#include "options.h"
#include "own_address.h"
#include "router.h"

namespace {

using namespace pulse;

constexpr const char* pid_file = "/var/run/pulse.pid";

/// Exit statuses after which systemd does not start us again (sysexits.h): only an administrator can help.
constexpr int wrong_arguments = 64;
constexpr int faulty_file = 78;

/// Where an error is read: on the terminal, until we leave it.
bool on_our_own = false;

int refuse(const Error& error, int status = 1) {
    if (on_our_own)
        log::error("{}", error.message());
    else
        fmt::print(stderr, "pulse: {}\n", error.message());
    return status;
}

int test_start(const config::Config& config, kernel::RouteClient& route) {
    const auto local = daemon::local_addresses(route);
    if (!local) return refuse(local.error());
    const auto identity = failover::identity(config, *local);
    if (!identity)
        return refuse(Error{.code = {},
                            .context = "this machine does not have the " + daemon::own_address_text(config)});
    fmt::print("{}\n", *identity == failover::Identity::primary ? "this router is the primary"
                                                                : "this router is the backup");
    for (const auto& path : failover::heartbeat_paths(config, *identity, *local))
        fmt::print("heartbeats over the {} network: {} to {}\n", path.name, path.own.to_string(),
                   path.partner.to_string());
    if (config.heartbeat_key_file)
        if (const auto keys = config_file::read_keys(*config.heartbeat_key_file); !keys)
            return refuse(keys.error(), faulty_file);
    for (const auto& floating : failover::floating_addresses(config))
        fmt::print("when active: {} on {}\n", floating.address.to_string(), floating.label);
    return 0;
}

Result<daemon::LvsdRunner::Texts> lvsd_texts(const daemon::Running& running) {
    auto config = runtime::sealed_text("lvs.cf", config::write(*running.config));
    if (!config) return fail(config.error(), "");
    auto drains = runtime::sealed_text(director::drains_file, director::to_text(running.drains));
    if (!drains) return fail(drains.error(), "");
    return daemon::LvsdRunner::Texts{std::move(*config), std::move(*drains)};
}

Result<daemon::Resources> open_resources(boost::asio::io_context& context, const daemon::Running& running,
                                         const std::vector<net::IpAddress>& local) {
    const auto& config = *running.config;
    const daemon::Speech speech{.keys = running.keys, .deadtime = config.deadtime};
    // Without backup_active nothing is sent, but a partner that speaks is still heard.
    auto heartbeats =
        daemon::Heartbeats::open(context, failover::heartbeat_paths(config, running.identity, local), speech);
    if (!heartbeats) return fail(heartbeats.error(), "cannot create heartbeat socket. running as root?");
    auto floating = daemon::Floating::open();
    if (!floating) return fail(floating.error(), "");
    auto links_route = kernel::RouteClient::open();
    if (!links_route) return fail(links_route.error(), "");
    return daemon::Resources{.heartbeats = std::move(*heartbeats),
                             .floating = std::move(*floating),
                             .links_route = std::move(*links_route)};
}

/// What a former pulse has left behind.
struct Remembered {
    director::Drains drains;
    std::string sync;  ///< ConnectionSync::record
    failover::AddressRecord addresses;
};

/// Nothing of it is worth not starting.
Remembered remembered(const runtime::StateStore& state) {
    Remembered all;
    const auto drains = daemon::read_drains(state);
    if (!drains) log::error("nobody counts as drained: {}", drains.error().message());
    all.drains = drains.value_or(director::Drains{});
    const auto sync = state.read(daemon::ConnectionSync::record);
    if (!sync) log::error("{}", sync.error().message());
    if (sync && *sync) all.sync = **sync;
    auto addresses = daemon::remembered_addresses(state);
    if (!addresses) log::error("{}", addresses.error().message());
    if (addresses) all.addresses = std::move(addresses->record);
    return all;
}

/// Leaves the terminal, if that is asked for, and opens the log; whoever started us waits for no more than
/// this.
Result<void> stand_alone(boost::asio::io_context& context, const daemon::Options& options,
                         const process::OnlyOne& only_one) {
    Result<runtime::UniqueFd> starter;  // who waits until this is closed
    if (!options.foreground && !options.no_fork) {
        context.notify_fork(boost::asio::execution_context::fork_prepare);
        starter = process::daemonize();
        if (!starter) return fail(starter.error(), "");
        context.notify_fork(boost::asio::execution_context::fork_child);
    }
    only_one.sign();
    log::open({.ident = "pulse", .foreground = options.foreground, .verbose = options.verbose});
    on_our_own = true;
    process::hold_stop_signals();
    if (!options.foreground)
        if (auto written = runtime::write_pid_file(pid_file); !written)
            log::warning("{}", written.error().message());
    return {};
}

/// Versions before this one kept who is drained in /var/lib/pulse, which on some systems is PulseAudio's.
void take_over_old_state(const runtime::StateStore& state) {
    const runtime::StateStore old("/var/lib/pulse");
    const auto path = old.directory() + "/" + director::drains_file;
    struct stat status{};
    if (state.directory() != config_file::default_state_directory || ::lstat(path.c_str(), &status) != 0 ||
        status.st_uid != ::geteuid())
        return;
    const auto known = state.read(director::drains_file);
    const auto drained = old.read(director::drains_file);
    if (!known || *known || !drained || !*drained) return;
    const auto taken = state.write_now(director::drains_file, **drained);
    if (!taken) return log::error("{}", taken.error().message());
    runtime::remove_file(path);
    log::info("{} is now kept in {}", path, state.directory());
}

/// At boot the address may come late. systemd takes us for started meanwhile: nothing that waits for pulse is
/// to hang, and `systemctl status` says what pulse waits for.
std::optional<failover::Identity> wait_for_identity(boost::asio::io_context& context,
                                                    const config::Config& config,
                                                    kernel::RouteClient& route) {
    const auto what = "waiting for " + daemon::own_address_text(config);
    log::warning("this machine is neither router yet; {}", what);
    process::notify_ready(what);
    const auto identity = daemon::wait_for_own_address(context, config, route);
    if (!identity) log::info("told to stop while {}", what);
    return identity;
}

int serve(const daemon::Options& options, const config_file::File& file, const process::OnlyOne& only_one,
          kernel::RouteClient route) {
    const auto& config = file.config;
    boost::asio::io_context context(1);
    auto local = daemon::local_addresses(route);
    if (!local) return refuse(local.error());
    auto identity = failover::identity(config, *local);
    if (!identity) {
        if (auto alone = stand_alone(context, options, only_one); !alone) return refuse(alone.error());
        identity = wait_for_identity(context, config, route);
        if (!identity) return 0;
        local = daemon::local_addresses(route);
        if (!local) return refuse(local.error());
    }
    daemon::Running running{.config = std::make_shared<config::Config>(config),
                            .identity = *identity,
                            .trust_files = options.trust_files};
    if (config.heartbeat_key_file) {
        auto keys = config_file::read_keys(*config.heartbeat_key_file);
        if (!keys) return refuse(keys.error(), faulty_file);
        running.keys = std::move(*keys);
    }
    auto resources = open_resources(context, running, *local);
    if (!resources) return refuse(resources.error());
    if (!on_our_own)
        if (auto alone = stand_alone(context, options, only_one); !alone) return refuse(alone.error());

    runtime::StateStore state(options.state_directory);
    take_over_old_state(state);
    auto left = remembered(state);
    running.drains = std::move(left.drains);
    resources->serving = std::ranges::any_of(left.addresses, [&](const auto& added) {
        return std::ranges::find(*local, added.address) != local->end();
    });
    resources->floating.record = std::move(left.addresses);
    auto texts = lvsd_texts(running);
    if (!texts) return refuse(texts.error());
    daemon::Router router(context, options, std::move(running), std::move(*texts), std::move(left.sync),
                          state, std::move(*resources));
    daemon::Operators operators(context, options, router);
    router.start();
    operators.start();
    process::release_signals();
    context.run();
    return router.exit_status();
}

/// For a service manager: pulse has died and will not be started again.
int clean_up(const daemon::Options& options) {
    const auto only_one = process::OnlyOne::claim("pulse", std::chrono::milliseconds(0));
    if (!only_one) return refuse(only_one.error());
    const auto done = daemon::clean_up_addresses(runtime::StateStore(options.state_directory));
    return done ? 0 : refuse(done.error());
}

int run(int argc, char** argv) {
    process::begin_as_daemon();
    // Whoever connects or comes late must not leave pulse without a descriptor for lvsd or a reload.
    (void)process::raise_descriptor_limit();
    auto options = daemon::parse_options(argc, argv);
    if (!options) return refuse(options.error(), wrong_arguments);
    if (options->help) return fmt::print("{}", daemon::help_text()), 0;
    if (options->version) return fmt::print("pulse {}\n", PULSE_VERSION), 0;

    if (options->check) return config_file::show_check(options->config_file, options->check_options);
    if (options->clean_up) return clean_up(*options);
    const auto loaded = config_file::load(options->config_file);
    if (!loaded) return refuse(loaded.error(), faulty_file);
    const config_file::Terms terms{.trust_files = options->trust_files};
    if (auto accepted = config_file::acceptable(*loaded, terms); !accepted)
        return refuse(accepted.error(), faulty_file);
    fmt::print(stderr, "{}", loaded->report());
    if (auto usable = failover::usable(loaded->config); !usable)
        return refuse(Error{usable.error().code, usable.error().message() + " in " + options->config_file},
                      faulty_file);
    auto route = kernel::RouteClient::open();
    if (!route) return refuse(route.error());
    if (options->test_start || options->no_run) return test_start(loaded->config, *route);

    const auto only_one = process::OnlyOne::claim("pulse", std::chrono::milliseconds(0));
    if (!only_one) return refuse(only_one.error());
    const int status = serve(*options, *loaded, *only_one, std::move(*route));
    if (on_our_own && !options->foreground) runtime::remove_file(pid_file);
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const int status = run(argc, argv);
        log::drain();
        return status;
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "pulse: internal error: %s\n", failure.what());
        return 70;
    }
}
