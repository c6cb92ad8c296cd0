#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "pulse/config_file/load.h"
#include "pulse/log/log.h"
#include "pulse/process/daemonize.h"
#include "pulse/runtime/file.h"

#include "lvsd.h"

namespace {

using namespace pulse;

constexpr const char* pid_file = "/var/run/lvs.pid";

/// Says why lvsd does not run: to a terminal, and to the log when pulse started us, for then nobody reads
/// stderr.
int refuse(const Error& error, bool to_log = false) {
    fmt::print(stderr, "lvs: {}\n", error.message());
    if (to_log) log::error("{}", error.message());
    return 1;
}

int refuse_file(const config_file::File& file, bool to_log) {
    fmt::print(stderr, "lvs: {}", file.report());
    if (to_log) config_file::log_diagnostics(file);
    return 1;
}

int test_start(const config::Config& config) {
    for (const auto* service : director::services(config))
        fmt::print("starting virtual service {} active: {}\n", service->name, service->port.number);
    for (const auto& monitor : director::monitors(config))
        fmt::print("monitor for {}/{}\n", monitor.virtual_name, monitor.server_name);
    return 0;
}

/// After a crash nobody remembers what was added; the file tells which services are ours.
int remove_services(const config::Config& config, kernel::IpvsClient& ipvs, bool to_log) {
    std::set<ipvs::ServiceId> ours;
    for (const auto* service : director::services(config)) ours.insert(director::service_id(*service));
    const auto removed = kernel::converge(ipvs, {}, ours);
    return removed ? 0 : refuse(removed.error(), to_log);
}

int run(int argc, char** argv) {
    const auto options = lvsd::parse_options(argc, argv);
    if (!options) return refuse(options.error());
    if (options->help) return fmt::print("{}", lvsd::help_text()), 0;
    if (options->version) return fmt::print("lvsd {}\n", PULSE_VERSION), 0;

    if (options->check) return config_file::show_check(options->config_file, options->check_options);

    const log::Settings log_settings{
        .ident = "lvs", .foreground = options->foreground, .verbose = options->verbose};
    if (options->no_fork) log::open(log_settings);
    auto loaded = config_file::read(options->config_file);
    if (!loaded) return refuse(loaded.error(), options->no_fork);
    if (!loaded->ok()) return refuse_file(*loaded, options->no_fork);
    auto parent = process::inherited_channel();
    if (!parent)  // pulse has shown them already
        fmt::print(stderr, "{}", loaded->report());
    if (options->test_start) return test_start(loaded->config);
    auto ipvs = kernel::IpvsClient::open();
    if (!ipvs) return refuse(ipvs.error(), options->no_fork);
    if (options->remove) return remove_services(loaded->config, *ipvs, options->no_fork);

    Result<runtime::UniqueFd> starter;  // whoever started us waits until this is closed
    if (!options->foreground && !options->no_fork) starter = process::daemonize();
    if (!starter) return refuse(starter.error());
    if (!options->no_fork) log::open(log_settings);
    if (!options->foreground)
        if (auto written = runtime::write_pid_file(pid_file); !written)
            log::warning("{}", written.error().message());
    starter->close();

    boost::asio::io_context context(1);
    lvsd::Lvsd director(context, *options, std::move(loaded->config), std::move(*ipvs), std::move(parent));
    director.start();
    context.run();
    if (!options->foreground) runtime::remove_file(pid_file);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "lvs: internal error: %s\n", failure.what());
        return 70;
    }
}
