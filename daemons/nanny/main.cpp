/// nanny: checks one real server and reports to lvsd. See options.cpp for the command line, monitor.h for the
/// loop.

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <unistd.h>

#include "pulse/health/check.h"
#include "pulse/log/log.h"
#include "pulse/process/channel.h"
#include "pulse/sandbox/sandbox.h"

#include "monitor.h"
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

/// The check decides how much a nanny may do.
sandbox::Rules sandbox_rules(const health::CheckSpec& check) {
    sandbox::Rules rules;
    rules.programs = std::holds_alternative<health::ProgramCheck>(check);
    return rules;
}

int run(const std::vector<std::string>& arguments) {
    const auto parent = ::getppid();
    auto channel = process::inherited_channel();
    sandbox::close_descriptors_from(channel ? process::child_channel_fd + 1 : process::child_channel_fd);
    auto parsed = nanny::parse_options(arguments);
    if (const auto* farewell = std::get_if<nanny::Farewell>(&parsed)) {
        (void)std::fputs(farewell->text.c_str(), farewell->status == 0 ? stdout : stderr);
        return farewell->status;
    }
    auto& [spec, escapes] = std::get<nanny::Options>(parsed);

    reset_signals();
    log::open({.ident = "nanny", .foreground = spec.foreground, .verbose = spec.verbose});
    if (const auto dropped = sandbox::drop_privileges("nanny"); !dropped) {
        log::error("{}", dropped.error().message());
        return 1;
    }
    if (channel && !sandbox::die_with_parent(parent)) return 0;

    auto [check, notes] = health::check_from(spec, escapes);
    for (const auto& note : notes) log::info("{}", note);
    if (spec.load_command && *spec.load_command != "none")
        log::warning("load monitoring ({}) is not available: the weight stays as configured",
                     *spec.load_command);

    boost::asio::io_context io(1);
    const auto rules = sandbox_rules(check);
    nanny::Monitor monitor(io, std::move(spec), std::move(check), std::move(channel));
    if (const auto confined = sandbox::confine(rules); !confined)
        log::warning("going on without: {}", confined.error().message());
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
