/// nanny, and nanny-tls: checks one real server and reports to lvsd. See options.cpp for the command line,
/// monitor.h for the loop.

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "pulse/health/check.h"
#include "pulse/log/log.h"
#include "pulse/probe/run.h"
#include "pulse/process/channel.h"
#include "pulse/process/daemonize.h"

#include "monitor.h"
#include "once.h"
#include "options.h"

namespace {

using namespace pulse;

/// Whoever started us may have left signals blocked (the original lvsd did) or ignored.
void reset_signals() {
    sigset_t none{};
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    (void)std::signal(SIGCHLD, SIG_DFL);
    (void)std::signal(SIGPIPE, SIG_IGN);
}

int run(const std::vector<std::string>& arguments) {
    auto channel = process::inherited_channel();
    auto parsed = nanny::parse_options(arguments);
    if (const auto* farewell = std::get_if<nanny::Farewell>(&parsed)) {
        (void)std::fputs(farewell->text.c_str(), farewell->status == 0 ? stdout : stderr);
        return farewell->status;
    }
    auto& [spec, escapes, once] = std::get<nanny::Options>(parsed);
    if (spec.check.kind && health::needs_tls(*spec.check.kind) && !probe::speaks_tls()) {
        (void)std::fputs("nanny: only nanny-tls can check this\n", stderr);
        return 1;
    }

    reset_signals();
    log::open({.ident = "nanny", .foreground = spec.foreground, .verbose = spec.verbose});
    if (const auto dropped = process::drop_privileges("nanny"); !dropped) {
        log::error("{}", dropped.error().message());
        return 1;
    }

    auto [check, notes] = health::check_from(spec, escapes);
    for (const auto& note : notes) log::info("{}", note);
    if (const auto prepared = probe::prepare(check); !prepared)
        log::error("every check will fail: {}", prepared.error().message());
    if (once) return nanny::check_once(spec, check);
    if (spec.load_command && *spec.load_command != "none")
        log::warning("load monitoring ({}) is not available: the weight stays as configured",
                     *spec.load_command);

    boost::asio::io_context io(1);
    nanny::Monitor monitor(io, std::move(spec), std::move(check), std::move(channel));
    monitor.start();
    io.run();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
    } catch (const std::exception& e) {
        log::error("internal error: {}", e.what());
        return 1;
    }
}
