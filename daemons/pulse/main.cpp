#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "pulse/config_file/keys.h"
#include "pulse/config_file/load.h"
#include "pulse/config_file/trust.h"
#include "pulse/log/log.h"
#include "pulse/process/daemonize.h"
#include "pulse/runtime/file.h"

#include "operators.h"
#include "options.h"
#include "router.h"
#include "state_file.h"

namespace {

using namespace pulse;

constexpr const char* pid_file = "/var/run/pulse.pid";

int refuse(const Error& error) {
    fmt::print(stderr, "pulse: {}\n", error.message());
    return 1;
}

Result<std::vector<net::IpAddress>> local_addresses(kernel::RouteClient& route) {
    const auto addresses = route.addresses();
    if (!addresses) return fail(addresses.error(), "");
    std::vector<net::IpAddress> local;
    for (const auto& address : *addresses) local.push_back(address.address);
    return local;
}

Result<failover::Identity> find_identity(const config::Config& config,
                                         const std::vector<net::IpAddress>& local) {
    if (const auto found = failover::identity(config, local)) return *found;
    const auto text = [](const auto& address) {
        return address ? address->to_string() : std::string("(not set)");
    };
    return fail(std::error_code(),
                fmt::format("this machine has neither the address of `primary`, {}, nor that of `backup`, {}",
                            text(config.primary), text(config.backup)));
}

int test_start(const config::Config& config, failover::Identity identity,
               const std::vector<net::IpAddress>& local) {
    fmt::print("{}\n", identity == failover::Identity::primary ? "this router is the primary"
                                                               : "this router is the backup");
    for (const auto& path : failover::heartbeat_paths(config, identity, local))
        fmt::print("heartbeats over the {} network: {} to {}\n", path.name, path.own.to_string(),
                   path.partner.to_string());
    if (config.heartbeat_key_file)
        if (const auto keys = config_file::read_keys(*config.heartbeat_key_file); !keys)
            return refuse(keys.error());
    for (const auto& floating : failover::floating_addresses(config))
        fmt::print("when active: {} on {}\n", floating.address.to_string(), floating.label);
    return 0;
}

Result<daemon::Resources> open_resources(boost::asio::io_context& context, const config::Config& config,
                                         failover::Identity identity,
                                         const std::vector<net::IpAddress>& local,
                                         kernel::RouteClient identity_route) {
    daemon::Speech speech{.keys = {}, .deadtime = config.deadtime};
    if (config.heartbeat_key_file) {
        auto keys = config_file::read_keys(*config.heartbeat_key_file);
        if (!keys) return fail(keys.error(), "");
        speech.keys = std::move(*keys);
    }
    // Without backup_active nothing is sent, but a partner that speaks is still heard.
    auto heartbeats =
        daemon::Heartbeats::open(context, failover::heartbeat_paths(config, identity, local), speech);
    if (!heartbeats) return fail(heartbeats.error(), "cannot create heartbeat socket. running as root?");
    auto floating = daemon::Floating::open();
    if (!floating) return fail(floating.error(), "");
    auto links_route = kernel::RouteClient::open();
    if (!links_route) return fail(links_route.error(), "");
    return daemon::Resources{.heartbeats = std::move(*heartbeats),
                             .floating = std::move(*floating),
                             .links_route = std::move(*links_route),
                             .identity_route = std::move(identity_route)};
}

int run(int argc, char** argv) {
    auto options = daemon::parse_options(argc, argv);
    if (!options) return refuse(options.error());
    if (options->help) return fmt::print("{}", daemon::help_text()), 0;
    if (options->version) return fmt::print("pulse {}\n", PULSE_VERSION), 0;

    if (options->check) return config_file::show_check(options->config_file, options->check_options);
    const auto loaded = config_file::load(options->config_file);
    if (!loaded) return refuse(loaded.error());
    const config_file::Terms terms{.trust_files = options->trust_files};
    if (auto accepted = config_file::acceptable(*loaded, terms); !accepted) return refuse(accepted.error());
    fmt::print(stderr, "{}", loaded->report());
    const auto& config = loaded->config;
    if (auto usable = failover::usable(config); !usable)
        return refuse(Error{usable.error().code, usable.error().message() + " in " + options->config_file});
    auto route = kernel::RouteClient::open();
    if (!route) return refuse(route.error());
    const auto local = local_addresses(*route);
    if (!local) return refuse(local.error());
    const auto identity = find_identity(config, *local);
    if (!identity) return refuse(identity.error());
    if (options->test_start || options->no_run) return test_start(config, *identity, *local);

    boost::asio::io_context context(1);
    auto resources = open_resources(context, config, *identity, *local, std::move(*route));
    if (!resources) return refuse(resources.error());
    Result<runtime::UniqueFd> starter;  // whoever started us waits until this is closed
    if (!options->foreground && !options->no_fork) {
        context.notify_fork(boost::asio::execution_context::fork_prepare);
        starter = process::daemonize();
        if (!starter) return refuse(starter.error());
        context.notify_fork(boost::asio::execution_context::fork_child);
    }
    log::open({.ident = "pulse", .foreground = options->foreground, .verbose = options->verbose});
    if (!options->foreground)
        if (auto written = runtime::write_pid_file(pid_file); !written)
            log::warning("{}", written.error().message());
    starter->close();

    options->lvsd_file = options->state_directory + "/" + daemon::running_file;
    if (auto kept = daemon::write_state_file(options->state_directory, daemon::running_file, loaded->text);
        !kept) {
        log::error("{}", kept.error().message());
        options->lvsd_file = options->config_file;
    }
    daemon::Router router(context, *options, config, *identity, std::move(*resources));
    daemon::Operators operators(context, *options, router);
    router.start();
    operators.start();
    context.run();
    if (!options->foreground) runtime::remove_file(pid_file);
    return router.exit_status();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "pulse: internal error: %s\n", failure.what());
        return 70;
    }
}
