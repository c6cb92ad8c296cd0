#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>

#include "pulse/runtime/async.h"

namespace pulse::runtime {

/// Brings one value from a thread to the coroutine that waits for it. Either may come first, and the
/// coroutine, with its loop, may be gone when the thread is done.
template <class T>
class Delivery : public std::enable_shared_from_this<Delivery<T>> {
  public:
    /// For the thread; once.
    void bring(T value) {
        const std::lock_guard lock(mutex_);
        value_.emplace(std::move(value));
        if (waiting_ != nullptr)
            asio::post(waiting_->get_executor(), [self = this->shared_from_this()] { self->wake(); });
    }

    /// For the coroutine; once. nullopt: nothing came by then.
    static asio::awaitable<std::optional<T>> take(std::shared_ptr<Delivery> self, TimePoint deadline) {
        asio::steady_timer timer(co_await asio::this_coro::executor, deadline);
        const Waiting waiting(*self, timer);
        // A timer that is not awaited cannot be cancelled, and what is posted runs after this has begun to
        // wait.
        if (!self->has_come()) co_await timer.async_wait(as_result);
        const std::lock_guard lock(self->mutex_);
        co_return std::move(self->value_);
    }

  private:
    /// While it lives, `bring` may wake the coroutine.
    class Waiting {
      public:
        Waiting(Delivery& delivery, asio::steady_timer& timer) : delivery_(delivery) { set(&timer); }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;
        Waiting(Waiting&&) = delete;
        Waiting& operator=(Waiting&&) = delete;
        ~Waiting() { set(nullptr); }

      private:
        void set(asio::steady_timer* timer) {
            const std::lock_guard lock(delivery_.mutex_);
            delivery_.waiting_ = timer;
        }
        Delivery& delivery_;
    };

    [[nodiscard]] bool has_come() {
        const std::lock_guard lock(mutex_);
        return value_.has_value();
    }

    void wake() {
        const std::lock_guard lock(mutex_);
        if (waiting_ != nullptr) waiting_->cancel();
    }

    std::mutex mutex_;
    std::optional<T> value_;
    asio::steady_timer* waiting_ = nullptr;  ///< in the frame of the coroutine
};

}  // namespace pulse::runtime
