#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include <boost/asio/post.hpp>

#include "pulse/runtime/async.h"

namespace pulse::runtime {

/// Runs `work` in a thread of its own while the loop goes on: for what may wait for a disk or a name service.
/// Whoever drops the coroutine waits for the thread's end.
template <class T>
asio::awaitable<T> in_a_thread(std::function<T()> work) {
    struct Shared {
        explicit Shared(const asio::any_io_executor& executor) : done(executor, TimePoint::max()) {}
        std::optional<T> result;
        asio::steady_timer done;
    };
    const auto executor = co_await asio::this_coro::executor;
    const auto shared = std::make_shared<Shared>(executor);
    const std::jthread thread([shared, executor, work = std::move(work)] {
        shared->result = work();
        asio::post(executor, [shared] { shared->done.cancel(); });
    });
    co_await shared->done.async_wait(as_result);
    co_return std::move(*shared->result);  // NOLINT(bugprone-unchecked-optional-access): the thread is done
}

}  // namespace pulse::runtime
