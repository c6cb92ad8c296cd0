/// nanny, and nanny-tls: checks one real server and reports to lvsd. See options.cpp for the command line,
/// nanny.h for the process, monitor.h for one check.

#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <unistd.h>

#include "pulse/health/check.h"
#include "pulse/log/log.h"
#include "pulse/probe/run.h"
#include "pulse/process/channel.h"
#include "pulse/sandbox/sandbox.h"

#include "nanny.h"
#include "once.h"
#include "options.h"
#include "rwho_listener.h"

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
sandbox::Rules sandbox_rules(const nanny::Options& options) {
    sandbox::Rules rules;
    if (!options.shared) {
        rules.programs = health::starts_programs(options.spec);
        rules.ping = options.spec.check.kind == health::CheckKind::icmp;
        if (rules.programs) rules.descriptors = 1024;  // which the programs inherit
        return rules;
    }
    rules.programs = options.shared == nanny::Shared::programs;
    rules.files = options.shared == nanny::Shared::files;
    rules.ping = true;
    // Every check may have a socket open at once, and every program a few descriptors.
    rules.descriptors = 65'536;
    rules.megabytes = 1024;
    return rules;
}

void shut_the_door(const sandbox::Rules& rules) {
    if (const auto confined = sandbox::confine(rules); !confined)
        log::warning("going on without: {}", confined.error().message());
}

/// One check, for people, under the same restrictions.
int once(const nanny::Options& options) {
    const auto [check, notes] = health::check_from(options.spec, options.escapes);
    for (const auto& note : notes) log::info("{}", note);
    if (const auto prepared = probe::prepare(check); !prepared)
        log::error("every check will fail: {}", prepared.error().message());
    shut_the_door(sandbox_rules(options));
    return nanny::check_once(options.spec, check);
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
    auto& options = std::get<nanny::Options>(parsed);
    const auto& spec = options.spec;
    if (health::needs_tls(spec) && !probe::speaks_tls()) {
        (void)std::fputs("nanny: only nanny-tls can check this\n", stderr);
        return 1;
    }

    reset_signals();
    log::open({.ident = "nanny", .foreground = spec.foreground, .verbose = spec.verbose});
    std::optional<runtime::UniqueFd> rwho;
    if (spec.load_command == "ruptime") {
        if (auto opened = nanny::open_rwho_port())
            rwho = std::move(*opened);
        else
            log::error("{}", opened.error().message());
    }
    if (const auto dropped = sandbox::drop_privileges("nanny"); !dropped) {
        log::error("{}", dropped.error().message());
        return 1;
    }
    if (channel && !sandbox::die_with_parent(parent)) return 0;

    if (options.once) return once(options);

    boost::asio::io_context io(1);
    nanny::Nanny nanny(io, std::move(channel), std::move(rwho));
    const auto rules = sandbox_rules(options);
    nanny.start();
    if (!options.shared) nanny.add("", std::move(options));
    shut_the_door(rules);
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
