#pragma once

#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "pulse/base/result.h"
#include "pulse/base/time.h"
#include "pulse/log/log.h"

namespace pulse::runtime {

namespace asio = boost::asio;

/// Completion token for every operation: errors come back as the first element of a tuple, nothing throws.
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// Waits until `when`.
inline asio::awaitable<void> sleep_until(TimePoint when) {
    asio::steady_timer timer(co_await asio::this_coro::executor, when);
    co_await timer.async_wait(as_result);
}

/// Runs `operation`; cancels it and returns nullopt when `deadline` comes first.
template <class T>
asio::awaitable<std::optional<T>> with_deadline(TimePoint deadline, asio::awaitable<T> operation) {
    using namespace asio::experimental::awaitable_operators;
    auto outcome = co_await (std::move(operation) || sleep_until(deadline));
    if (auto* value = std::get_if<0>(&outcome)) co_return std::move(*value);
    co_return std::nullopt;
}

/// Starts a coroutine that nobody awaits; an exception that leaves it is logged with its name, not lost.
template <class Executor>
void spawn_logged(Executor&& executor, std::string name, asio::awaitable<void> coroutine) {
    asio::co_spawn(std::forward<Executor>(executor), std::move(coroutine),
                   [name = std::move(name)](const std::exception_ptr& failure) {
                       if (!failure) return;
                       try {
                           std::rethrow_exception(failure);
                       } catch (const std::exception& e) {
                           log::error("internal error in {}: {}", name, e.what());
                       } catch (...) {
                           log::error("internal error in {}", name);
                       }
                   });
}

}  // namespace pulse::runtime
