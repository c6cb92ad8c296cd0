#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "pulse/config_file/load.h"
#include "pulse/config_file/trust.h"
#include "pulse/director/marks.h"
#include "pulse/ipvs/spelling.h"
#include "pulse/kernel/converge.h"
#include "pulse/kernel/nftables.h"
#include "pulse/log/log.h"
#include "pulse/process/daemonize.h"
#include "pulse/runtime/file.h"

#include "drained.h"
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

void print_steps(const std::vector<ipvs::Step>& steps, std::string_view remark) {
    for (const auto& step : steps) fmt::print("ipvsadm {}{}\n", ipvs::spelling(step), remark);
}

/// What an lvsd started now would do at once, and what as real servers pass their first check.
int print_plan(const config::Config& config, const std::string& state_directory, kernel::IpvsClient& ipvs) {
    const auto dump = ipvs.dump();
    if (!dump) return refuse(dump.error());
    const auto found = ipvs::table_of(*dump);
    std::set<ipvs::ServiceId> ours;
    for (const auto* service : director::services(config)) ours.insert(director::service_id(*service));
    const auto actual = ipvs::only(found, ours);

    auto situation = director::adopt(config, actual);
    situation.drained = lvsd::drained_servers(state_directory, config);
    situation.sorry = director::below_quorum(config, situation);
    const auto at_once = director::desired_table(config, situation);
    auto healthy = director::everyone_up(config);
    healthy.drained = situation.drained;
    healthy.sorry = director::below_quorum(config, healthy);
    const auto first = ipvs::plan(actual, at_once);
    const auto then = ipvs::plan(at_once, director::desired_table(config, healthy));
    print_steps(first, "");
    print_steps(then, "  # when the real servers have passed their checks");
    if (first.empty() && then.empty()) fmt::print("# nothing to do: the table is what the file says\n");
    for (const auto& [id, entry] : found)
        if (!ours.contains(id)) fmt::print("# left alone, not in the file: {}\n", id.to_string());
    return 0;
}

/// After a crash nobody remembers what was added; the file tells which services are ours.
int remove_services(const config::Config& config, kernel::IpvsClient& ipvs, bool to_log) {
    std::set<ipvs::ServiceId> ours;
    for (const auto* service : director::services(config)) ours.insert(director::service_id(*service));
    const auto removed = kernel::converge(ipvs, {}, ours);
    if (!removed) return refuse(removed.error(), to_log);
    if (!director::mark_rules(config).empty()) {
        auto marks = kernel::NftTable::open(director::mark_table);
        const auto unmarked = marks ? marks->remove() : Result<void>(tl::unexpected(marks.error()));
        if (!unmarked) return refuse(unmarked.error(), to_log);
    }
    return removed->refused.empty() ? 0 : refuse(removed->refused.front().error, to_log);
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
    if (!parent) {  // pulse has judged and shown it already
        const config_file::Terms terms{.trust_files = options->trust_files};
        if (auto accepted = config_file::acceptable(*loaded, terms); !accepted)
            return refuse(accepted.error(), options->no_fork);
        fmt::print(stderr, "{}", loaded->report());
    }
    if (options->test_start) return test_start(loaded->config);
    auto ipvs = kernel::IpvsClient::open();
    if (!ipvs) return refuse(ipvs.error(), options->no_fork);
    if (options->plan) return print_plan(loaded->config, options->state_directory, *ipvs);
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
