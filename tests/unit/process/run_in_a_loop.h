#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace pulse::process {

/// What `operation` gives, awaited in an event loop of its own.
template <class T>
T awaited(boost::asio::io_context& io, boost::asio::awaitable<T> operation) {
    std::optional<T> result;
    boost::asio::co_spawn(io, std::move(operation), [&](const std::exception_ptr& failure, T value) {
        if (failure) std::rethrow_exception(failure);
        result = std::move(value);
    });
    io.restart();
    while (!result) io.run_one();
    return std::move(*result);
}

}  // namespace pulse::process
