#include "session.h"

#include <cerrno>
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "pulse/base/match.h"
#include "pulse/ipvs/connections.h"
#include "pulse/ipvs/json.h"
#include "pulse/ipvs/spelling.h"
#include "pulse/ipvs/sync_listing.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/host_names.h"
#include "pulse/runtime/names.h"

namespace pulse::ipvsadm {

namespace {

constexpr const char* version_line =
    "ipvsadm v1.31 2026/11/24 (compiled with pulse " PULSE_VERSION " and IPVS v1.2.1)\n";

void print(const std::string& text) { (void)std::fwrite(text.data(), 1, text.size(), stdout); }

/// Names of addresses and ports, as far as this system's resolver says in time.
ipvs::Naming names_of(const std::vector<net::IpAddress>& addresses) {
    constexpr std::chrono::seconds patience(10);
    auto names = runtime::host_names(addresses, patience, runtime::host_name);
    return {.host =
                [names = std::move(names)](const net::IpAddress& address) {
                    const auto found = names.find(address);
                    return found == names.end() ? address.to_string() : found->second;
                },
            .port = runtime::port_name};
}

ipvs::Naming names_of(const ipvs::Dump& dump) {
    std::vector<net::IpAddress> addresses;
    for (const auto& service : dump) {
        if (!service.service.id.is_mark()) addresses.push_back(service.service.id.endpoint.address);
        for (const auto& server : service.destinations)
            addresses.push_back(server.destination.endpoint.address);
    }
    return names_of(addresses);
}

ipvs::Naming names_of(const std::vector<ipvs::Connection>& connections) {
    std::vector<net::IpAddress> addresses;
    for (const auto& each : connections)
        for (const auto& endpoint : {each.client, each.service, each.server})
            addresses.push_back(endpoint.address);
    return names_of(addresses);
}

}  // namespace

ipvs::Subject subject_of(const ipvs::Step& step) {
    const bool about_server = std::holds_alternative<ipvs::AddDestination>(step) ||
                              std::holds_alternative<ipvs::EditDestination>(step) ||
                              std::holds_alternative<ipvs::DeleteDestination>(step);
    return about_server ? ipvs::Subject::server : ipvs::Subject::service;
}

const ipvs::NameLookups& lookups() {
    static const ipvs::NameLookups lookups{
        .host = runtime::host_address, .host_v6 = runtime::host_address_v6, .service = runtime::service_port};
    return lookups;
}

int run_program(int argc, char** argv,
                int (*program)(std::string name, const std::vector<std::string>& words)) {
    try {
        int status = program(argc > 0 ? argv[0] : "ipvsadm",
                             std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
        // A listing cut short by a full disk must not look complete.
        if (std::fflush(stdout) != 0 && status == status_done) status = status_listing_failed;
        return status;
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "ipvsadm: internal error: %s\n", failure.what());
        return status_kernel_refused;
    }
}

/// The kernel is asked before anything is done, so that a missing right or module is told apart from a
/// refusal.
bool Session::open() {
    if (client_) return true;
    auto client = kernel::IpvsClient::open();
    const auto info = client ? client->info() : tl::unexpected(client.error());
    if (!info) {
        const bool forbidden = info.error().code == std::errc::operation_not_permitted;
        fmt::print(stderr,
                   "Can't initialize ipvs: {}\n"
                   "Are you sure that IP Virtual Server is built in the kernel or as module?\n",
                   forbidden ? "Permission denied (you must be root)" : "Protocol not available");
        return false;
    }
    client_ = std::make_unique<kernel::IpvsClient>(std::move(*client));
    info_ = *info;
    return true;
}

int Session::run(const ipvs::Command& command) {
    if (std::holds_alternative<ipvs::HelpCommand>(command))
        return print(version_line + ipvs::usage()), status_done;
    if (std::holds_alternative<ipvs::VersionCommand>(command)) return print(version_line), status_done;
    if (!open()) return status_not_possible;
    return match(
        command,
        [&](const ipvs::ChangeCommand& c) { return done(client_->apply(c.step), subject_of(c.step)); },
        [&](const ipvs::ClearCommand&) { return done(client_->flush(), ipvs::Subject::table); },
        [&](const ipvs::ZeroCommand& c) {
            return done(c.service ? client_->zero(*c.service) : client_->zero(), ipvs::Subject::service);
        },
        [&](const ipvs::ListCommand& c) { return list(c); },
        [&](const ipvs::ListConnectionsCommand& c) { return list(c); },
        [&](const ipvs::ListTimeoutsCommand& c) { return list(c); },
        [&](const ipvs::ListDaemonsCommand& c) { return list(c); },
        [&](const ipvs::SetTimeoutsCommand& c) {
            return done(client_->set_timeouts(c.timeouts), ipvs::Subject::table);
        },
        [&](const ipvs::StartDaemonCommand& c) {
            return done(client_->start_daemon(c.daemon), ipvs::Subject::daemon);
        },
        [&](const ipvs::StopDaemonCommand& c) {
            return done(client_->stop_daemon(c.role), ipvs::Subject::daemon);
        },
        [&](const ipvs::SaveCommand& c) { return save(c); },
        // These never come here: the one is for `restore`, the others were answered above.
        [](const ipvs::RestoreCommand&) { return status_not_possible; },
        [](const ipvs::HelpCommand&) { return status_done; },
        [](const ipvs::VersionCommand&) { return status_done; });
}

int Session::done(const Result<void>& result, ipvs::Subject subject) const {
    if (result) return status_done;
    fmt::print(stderr, "{}\n", ipvs::kernel_sentence(result.error().code.value(), subject));
    return status_kernel_refused;
}

int Session::list(const ipvs::ListCommand& command) {
    auto dump = command.service ? client_->dump(*command.service).map([](ipvs::DumpedService service) {
        return ipvs::Dump{std::move(service)};
    })
                                : client_->dump();
    if (!dump) {
        fmt::print(stderr, "{}\n", ipvs::kernel_sentence(dump.error().code.value(), ipvs::Subject::service));
        return status_listing_failed;
    }
    if (command.sorted) dump = ipvs::sorted(std::move(*dump));
    const auto info = command.service ? std::nullopt : std::optional(info_);
    if (command.json) return print(ipvs::json(info, *dump)), status_done;
    if (info) print(ipvs::listing_version(*info));
    print(ipvs::listing_titles(command.columns));
    const ipvs::ListingStyle style{.columns = command.columns,
                                   .exact = command.exact,
                                   .naming = command.numeric ? ipvs::Naming{} : names_of(*dump)};
    std::string text;
    for (const auto& service : *dump) {
        text.clear();
        ipvs::add_listing(text, service, style);
        print(text);
    }
    return status_done;
}

int Session::list(const ipvs::ListConnectionsCommand& command) {
    const auto text = runtime::read_file("/proc/net/ip_vs_conn");
    if (!text) {
        fmt::print(stderr, "{}\n", text.error().message());
        return status_listing_failed;
    }
    const auto connections = ipvs::connections_from(*text);
    if (command.json) return print(ipvs::json(connections)), status_done;
    print(ipvs::listing(connections, command.with_engine,
                        command.numeric ? ipvs::Naming{} : names_of(connections)));
    return status_done;
}

int Session::list(const ipvs::ListTimeoutsCommand& command) {
    const auto timeouts = client_->timeouts();
    if (!timeouts) {
        fmt::print(stderr, "{}\n", timeouts.error().message());
        return status_listing_failed;
    }
    return print(command.json ? ipvs::json(*timeouts) : ipvs::listing(*timeouts)), status_done;
}

int Session::list(const ipvs::ListDaemonsCommand& command) {
    const auto daemons = client_->daemons();
    if (!daemons) {
        fmt::print(stderr, "{}\n", daemons.error().message());
        return status_listing_failed;
    }
    return print(command.json ? ipvs::json(*daemons) : ipvs::listing(*daemons)), status_done;
}

int Session::save(const ipvs::SaveCommand& command) {
    auto dump = client_->dump();
    if (!dump) {
        fmt::print(stderr, "{}\n", dump.error().message());
        return status_listing_failed;
    }
    dump = ipvs::sorted(std::move(*dump));
    print(ipvs::saved(*dump, command.numeric ? ipvs::Naming{} : names_of(*dump)));
    return status_done;
}

}  // namespace pulse::ipvsadm
