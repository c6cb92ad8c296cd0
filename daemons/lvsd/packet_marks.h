#pragma once

#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/base/result.h"
#include "pulse/base/time.h"
#include "pulse/config/config.h"

namespace pulse::lvsd {

/// Keeps the rules that mark packets for services with `mark_ports`. Without such a service nftables is left
/// alone, and need not be there. libnftables may take its time, so it is asked in a thread.
class PacketMarks {
  public:
    /// The rules in the kernel. All of it may block, and runs in another thread. Tests have their own.
    struct Kernel {
        /// Makes these the rules, and returns how the kernel shows them.
        std::function<Result<std::string>(const std::string& rules)> replace;
        std::function<Result<std::string>()> list;
        std::function<Result<void>()> remove;
    };

    /// `on_settled` is told when what was wanted last has been tried.
    PacketMarks(const boost::asio::any_io_executor& executor, Kernel kernel, Duration look_interval,
                std::function<void()> on_settled);

    /// What the rules are to be; `run` sees to it. `left_over`: an earlier lvsd has left some.
    void want(const config::Config& config, bool left_over = false);

    /// Makes the rules so, and looks every now and then whether they still are, until `remove`.
    boost::asio::awaitable<void> run();

    /// Has `run` take the rules out, if there are any, and end.
    void remove();

    /// Whether what is wanted has been tried.
    [[nodiscard]] bool settled() const { return settled_; }

    /// Whether there are rules of ours in the kernel, or there may be.
    [[nodiscard]] bool in_kernel() const { return in_kernel_ || !rules_.empty(); }

  private:
    boost::asio::awaitable<void> bring_about(std::string rules);
    boost::asio::awaitable<void> replace(std::string rules);
    boost::asio::awaitable<void> take_out();

    boost::asio::steady_timer pause_;
    Kernel kernel_;
    Duration look_interval_;
    std::function<void()> on_settled_;
    std::string rules_;       ///< wanted
    std::string set_;         ///< the rules that `shown_` is of
    std::string shown_;       ///< how the kernel shows them; empty while they could not be set
    bool in_kernel_ = false;  ///< there are rules, or there may be
    bool settled_ = true;
    bool complained_ = false;
    bool stopping_ = false;
};

/// The kernel's own.
[[nodiscard]] PacketMarks::Kernel nftables();

}  // namespace pulse::lvsd
