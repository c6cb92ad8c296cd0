#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace pulse::daemon {

/// What `operation` gives, awaited in an event loop of its own.
template <class T>
T awaited(boost::asio::io_context& io, boost::asio::awaitable<T> operation) {
    std::optional<T> result;
    std::exception_ptr failure;
    boost::asio::co_spawn(io, std::move(operation), [&](const std::exception_ptr& thrown, T value) {
        failure = thrown;
        result.emplace(std::move(value));
    });
    io.restart();
    while (!result) io.run_one();
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
}

}  // namespace pulse::daemon
