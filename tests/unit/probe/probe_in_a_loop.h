#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "pulse/health/outcome.h"
#include "pulse/probe/run.h"

namespace pulse::probe {

inline long open_descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                         std::filesystem::directory_iterator());
}

/// Runs one check in the event loop that the test's servers live in, until it ends.
inline health::Outcome outcome_of(boost::asio::io_context& io, health::CheckSpec check,
                                  std::chrono::milliseconds limit) {
    std::optional<health::Outcome> result;
    boost::asio::co_spawn(io, run(std::move(check), Clock::now() + limit),
                          [&](const std::exception_ptr& failure, health::Outcome outcome) {
                              if (failure) std::rethrow_exception(failure);
                              result = std::move(outcome);
                          });
    io.restart();
    while (!result && io.run_one() != 0) continue;
    return result.value_or(health::Outcome{.reason = health::Reason::local_failure});
}

}  // namespace pulse::probe
