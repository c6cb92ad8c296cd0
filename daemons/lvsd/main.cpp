#include <algorithm>
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "pulse/config_file/load.h"
#include "pulse/config_file/trust.h"
#include "pulse/director/marks.h"
#include "pulse/ipvs/spelling.h"
#include "pulse/kernel/converge.h"
#include "pulse/kernel/nftables.h"
#include "pulse/log/drain.h"
#include "pulse/log/log.h"
#include "pulse/process/daemonize.h"
#include "pulse/process/descriptor_limit.h"
#include "pulse/process/only_one.h"
#include "pulse/process/start.h"
#include "pulse/runtime/file.h"

#include "drained.h"
#include "lvsd.h"
#include "ownership.h"

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

/// What an lvsd that was started by hand is to do; warnings go to the terminal.
Result<lvsd::Orders> orders_of_file(const lvsd::Options& options) {
    auto file = config_file::load(options.config_file);
    if (!file) return fail(file.error(), "");
    const config_file::Terms terms{.trust_files = options.trust_files};
    if (auto accepted = config_file::acceptable(*file, terms); !accepted) return fail(accepted.error(), "");
    fmt::print(stderr, "{}", file->report());
    auto drains = lvsd::drained_servers(options.state_directory);
    if (!drains) return fail(drains.error(), "");
    return lvsd::Orders{.config = std::move(file->config), .drains = std::move(*drains)};
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
int print_plan(const config::Config& config, const director::Drains& drains, kernel::IpvsClient& ipvs) {
    const auto dump = ipvs.dump();
    if (!dump) return refuse(dump.error());
    const auto found = ipvs::table_of(*dump);
    std::set<ipvs::ServiceId> ours;
    for (const auto* service : director::services(config)) ours.insert(director::service_id(*service));
    const auto actual = ipvs::only(found, ours);

    auto situation = director::adopt(config, actual, director::keys_of(drains, config));
    director::judge_quorums(config, situation);
    const auto at_once = director::desired_table(config, situation);
    auto healthy = director::everyone_up(config);
    healthy.drained = situation.drained;
    director::judge_quorums(config, healthy);
    const auto first = ipvs::plan(actual, at_once);
    const auto then = ipvs::plan(at_once, director::desired_table(config, healthy));
    print_steps(first, "");
    print_steps(then, "  # when the real servers have passed their checks");
    if (first.empty() && then.empty()) fmt::print("# nothing to do: the table is what the file says\n");
    for (const auto& [id, entry] : found)
        if (!ours.contains(id)) fmt::print("# left alone, not in the file: {}\n", id.to_string());
    return 0;
}

/// After a crash: what the file has is ours, and what lvsd has noted.
int remove_services(const config::Config& config, const std::string& state_directory,
                    kernel::IpvsClient& ipvs, bool to_log) {
    const auto record = lvsd::recorded(state_directory);
    auto ours = record.services;
    for (const auto* service : director::services(config)) ours.insert(director::service_id(*service));
    const auto removed = kernel::converge(ipvs, {}, ours);
    if (!removed) return refuse(removed.error(), to_log);
    if (record.marks || !director::mark_rules(config).empty()) {
        auto marks = kernel::NftTable::open(director::mark_table);
        const auto unmarked = marks ? marks->remove() : Result<void>(tl::unexpected(marks.error()));
        if (!unmarked) return refuse(unmarked.error(), to_log);
    }
    return removed->refused.empty() ? 0 : refuse(removed->refused.front().error, to_log);
}

/// How many nannies there are descriptors for, when enough are left for what must always work: netlink,
/// files, and what libraries open.
int nannies_for(std::size_t descriptors) {
    constexpr std::size_t reserve = 64;
    constexpr std::size_t most = 1'000'000;
    const auto rest = descriptors - std::min(descriptors, reserve);
    return static_cast<int>(std::min(rest / lvsd::descriptors_of_nanny, most));
}

/// For a predecessor that pulse's death ends a moment after us being started.
constexpr auto predecessor_limit = std::chrono::seconds(5);

int run(int argc, char** argv) {
    process::begin_as_daemon();
    auto options = lvsd::parse_options(argc, argv);
    if (!options) return refuse(options.error());
    if (options->help) return fmt::print("{}", lvsd::help_text()), 0;
    if (options->version) return fmt::print("lvsd {}\n", PULSE_VERSION), 0;

    if (options->check) return config_file::show_check(options->config_file, options->check_options);

    const log::Settings log_settings{
        .ident = "lvs", .foreground = options->foreground, .verbose = options->verbose};
    if (options->no_fork) log::open(log_settings);
    auto parent = process::inherited_channel();
    auto orders = parent ? lvsd::first_orders(parent->get()) : orders_of_file(*options);
    if (!orders) return refuse(orders.error(), options->no_fork);
    const auto& config = orders->config;
    if (options->test_start) return test_start(config);
    auto ipvs = kernel::IpvsClient::open();
    if (!ipvs) return refuse(ipvs.error(), options->no_fork);
    if (options->plan) return print_plan(config, orders->drains, *ipvs);
    const auto only_one =
        process::OnlyOne::claim("lvsd", parent ? predecessor_limit : std::chrono::seconds(0));
    if (!only_one) return refuse(only_one.error(), options->no_fork);
    if (options->remove) return remove_services(config, options->state_directory, *ipvs, options->no_fork);

    Result<runtime::UniqueFd> starter;  // whoever started us waits until this is closed
    if (!options->foreground && !options->no_fork) starter = process::daemonize();
    if (!starter) return refuse(starter.error());
    only_one->sign();
    process::hold_stop_signals();
    if (!options->no_fork) log::open(log_settings);
    if (!options->foreground)
        if (auto written = runtime::write_pid_file(pid_file); !written)
            log::warning("{}", written.error().message());
    starter->close();

    options->nannies = nannies_for(process::raise_descriptor_limit());
    boost::asio::io_context context(1);
    lvsd::Lvsd director(context, *options, std::move(*orders), std::move(*ipvs), std::move(parent));
    director.start();
    process::release_signals();
    context.run();
    if (!options->foreground) runtime::remove_file(pid_file);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const int status = run(argc, argv);
        log::drain();
        return status;
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "lvs: internal error: %s\n", failure.what());
        return 70;
    }
}
