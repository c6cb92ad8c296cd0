#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "pulse/base/match.h"
#include "pulse/ipvs/command_line.h"
#include "pulse/kernel/ipvs_client.h"
#include "pulse/runtime/names.h"

namespace {

using namespace pulse;

constexpr int status_listing_failed = 1;
constexpr int status_no_kernel_support = 2;
constexpr int status_kernel_refused = 255;

/// The sentences of ipvsadm for what the kernel says; which one depends on what was asked.
std::string kernel_text(int error_number, const ipvs::Step& step) {
    const bool about_server = std::holds_alternative<ipvs::AddDestination>(step) ||
                              std::holds_alternative<ipvs::EditDestination>(step) ||
                              std::holds_alternative<ipvs::DeleteDestination>(step);
    switch (error_number) {
        case EEXIST:
            return about_server ? "Destination already exists" : "Service already exists";
        case ENOENT:
            return about_server ? "No such destination" : "Scheduler or persistence engine not found";
        case ESRCH:
            return about_server ? "Service not defined" : "No such service";
        case EPERM:
            return "Permission denied (you must be root)";
        case EINVAL:
            return "Invalid operation.  Possibly wrong module version, address not unicast, ...";
        case ENOPROTOOPT:
            return "Protocol not available";
        case ENOMEM:
            return "Memory allocation problem";
        case EOPNOTSUPP:
            return "Operation not supported with IPv6";
        case EAFNOSUPPORT:
            return "Operation not supported with specified address family";
        case EMSGSIZE:
            return "Module is wrong version";
        default:
            return std::strerror(error_number);  // NOLINT(concurrency-mt-unsafe): one thread
    }
}

int apply(kernel::IpvsClient& client, const ipvs::Step& step) {
    const auto done = client.apply(step);
    if (done) return 0;
    fmt::print(stderr, "{}\n", kernel_text(done.error().code.value(), step));
    return status_kernel_refused;
}

int list(kernel::IpvsClient& client, const ipvs::KernelInfo& info, const ipvs::ListCommand& command) {
    const auto naming = command.numeric
                            ? ipvs::Naming{}
                            : ipvs::Naming{.host = runtime::host_name, .port = runtime::port_name};
    if (command.service) {
        const auto service = client.dump(*command.service);
        if (!service) {
            fmt::print(stderr, "No such service\n");
            return status_listing_failed;
        }
        fmt::print("{}{}", ipvs::listing_titles(), ipvs::listing(ipvs::sorted({*service}), naming));
        return 0;
    }
    const auto dump = client.dump();
    if (!dump) {
        fmt::print(stderr, "{}\n", dump.error().message());
        return status_listing_failed;
    }
    fmt::print("{}{}{}", ipvs::listing_version(info), ipvs::listing_titles(),
               ipvs::listing(ipvs::sorted(*dump), naming));
    return 0;
}

/// The kernel is asked before anything is done, so that a missing right or module is told apart from a
/// refusal.
int no_kernel_support(const Error& error) {
    const bool forbidden = error.code == std::errc::operation_not_permitted;
    fmt::print(stderr,
               "Can't initialize ipvs: {}\n"
               "Are you sure that IP Virtual Server is built in the kernel or as module?\n",
               forbidden ? "Permission denied (you must be root)" : "Protocol not available");
    return status_no_kernel_support;
}

int run(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const auto command = ipvs::parse_command_line(
        words, {.host = runtime::host_address, .service = runtime::service_port}, argv[0]);
    if (!command) {
        fmt::print(stderr, "{}\n", command.error().text);
        return command.error().status;
    }
    if (std::holds_alternative<ipvs::HelpCommand>(*command)) return fmt::print("{}", ipvs::usage()), 0;
    if (std::holds_alternative<ipvs::VersionCommand>(*command))
        return fmt::print("ipvsadm v1.31 2026/11/23 (compiled with pulse {} and IPVS v1.2.1)\n",
                          PULSE_VERSION),
               0;

    auto client = kernel::IpvsClient::open();
    const auto info = client ? client->info() : tl::unexpected(client.error());
    if (!info) return no_kernel_support(info.error());
    return match(
        *command,
        [&](const ipvs::AddServiceCommand& c) { return apply(*client, ipvs::AddService{c.service}); },
        [&](const ipvs::EditServiceCommand& c) { return apply(*client, ipvs::EditService{c.service}); },
        [&](const ipvs::DeleteServiceCommand& c) { return apply(*client, ipvs::DeleteService{c.service}); },
        [&](const ipvs::AddServerCommand& c) {
            return apply(*client, ipvs::AddDestination{c.service, c.server});
        },
        [&](const ipvs::EditServerCommand& c) {
            return apply(*client, ipvs::EditDestination{c.service, c.server});
        },
        [&](const ipvs::DeleteServerCommand& c) {
            return apply(*client, ipvs::DeleteDestination{c.service, c.server});
        },
        [&](const ipvs::ClearCommand&) {
            const auto done = client->flush();
            if (!done) fmt::print(stderr, "{}\n", kernel_text(done.error().code.value(), ipvs::AddService{}));
            return done ? 0 : status_kernel_refused;
        },
        [&](const ipvs::ListCommand& c) { return list(*client, *info, c); },
        [](const ipvs::HelpCommand&) { return 0; }, [](const ipvs::VersionCommand&) { return 0; });
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "ipvsadm: internal error: %s\n", failure.what());
        return status_kernel_refused;
    }
}
