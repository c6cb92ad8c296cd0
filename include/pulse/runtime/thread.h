#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "pulse/base/result.h"
#include "pulse/base/time.h"

namespace pulse::runtime {

/// Starts a thread that nobody waits for. It handles no signals, for those belong to the thread that waits
/// for them; it may outlive whoever started it, so `work` owns what it uses. It delays no exit and does not
/// survive a fork.
[[nodiscard]] Result<void> start_thread(std::function<void()> work);

/// The error of what was given up: "COMPLAINT within 5 s".
[[nodiscard]] Error not_in_time(std::string_view complaint, Duration limit);

/// Does `work`, which may hang, in a thread, and waits for it no longer than `limit`; the thread is then left
/// behind, and the error begins with `complaint`: "no answer from the disk". For before the loop runs; on the
/// loop it is in_a_thread that does not block.
template <class T>
[[nodiscard]] Result<T> within(Duration limit, std::string_view complaint, std::function<Result<T>()> work) {
    const auto task = std::make_shared<std::packaged_task<Result<T>()>>(std::move(work));
    auto done = task->get_future();
    if (auto started = start_thread([task] { (*task)(); }); !started) return fail(started.error(), complaint);
    if (done.wait_for(limit) != std::future_status::ready)
        return tl::unexpected(not_in_time(complaint, limit));
    return done.get();
}

}  // namespace pulse::runtime
