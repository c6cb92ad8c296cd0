#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pulse/runtime/async.h"
#include "pulse/runtime/delivery.h"
#include "pulse/runtime/thread.h"

namespace pulse::runtime {

/// Does `work` in a thread of its own while the loop goes on: for what may wait for a disk or a name service.
/// What takes longer than `limit` is an error that begins with `complaint` ("no answer from the disk"); the
/// thread is then left behind, as it is when the coroutine is dropped, so `work` owns what it uses.
template <class T>
asio::awaitable<Result<T>> in_a_thread(Duration limit, std::string complaint,
                                       std::function<Result<T>()> work) {
    const auto delivery = std::make_shared<Delivery<Result<T>>>();
    const auto started = start_thread([delivery, work = std::move(work)] { delivery->bring(work()); });
    if (!started) co_return fail(started.error(), complaint);
    auto result = co_await Delivery<Result<T>>::take(delivery, Clock::now() + limit);
    if (!result) co_return tl::unexpected(not_in_time(complaint, limit));
    co_return std::move(*result);
}

}  // namespace pulse::runtime
