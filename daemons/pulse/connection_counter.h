#pragma once

#include <cstdint>
#include <functional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace pulse::daemon {

/// Counts the kernel's connection table every few seconds, in a thread of its own: it may hold millions.
class ConnectionCounter {
  public:
    ConnectionCounter(boost::asio::io_context& context, std::function<void(std::uint64_t count)> on_count)
        : context_(context), on_count_(std::move(on_count)) {}

    /// Counts from now on, or no more.
    void count(bool wanted);

  private:
    boost::asio::awaitable<void> run();

    boost::asio::io_context& context_;
    std::function<void(std::uint64_t count)> on_count_;
    bool wanted_ = false;
    bool running_ = false;
};

}  // namespace pulse::daemon
