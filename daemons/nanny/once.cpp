#include "once.h"

#include <cstdio>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "pulse/probe/run.h"

namespace pulse::nanny {

int check_once(const health::NannySpec& spec, const health::CheckSpec& check) {
    const auto begin = Clock::now();
    const auto say = [&](const std::string& text) {
        const std::chrono::duration<double, std::milli> passed = Clock::now() - begin;
        const auto line = fmt::format("{:9.1f} ms  {}\n", passed.count(), text);
        (void)std::fputs(line.c_str(), stdout);
    };
    probe::Trace trace;
    if (spec.verbose) trace = say;

    boost::asio::io_context io(1);
    health::Outcome outcome;
    boost::asio::co_spawn(io, probe::run(check, begin + spec.timeout.value_or(spec.interval), trace),
                          [&](const std::exception_ptr& failure, health::Outcome result) {
                              if (failure) std::rethrow_exception(failure);
                              outcome = std::move(result);
                          });
    io.run();
    say(outcome.good() ? "the server is well" : "failed: " + health::text(outcome));
    if (!outcome.note.empty()) say("note: " + outcome.note);
    return outcome.good() ? 0 : 1;
}

}  // namespace pulse::nanny
