#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/failover/machine.h"
#include "pulse/process/channel.h"
#include "pulse/process/child.h"

namespace pulse::daemon {

/// Runs lvsd as our child, at most one at a time, and reports what becomes of it as events.
class LvsdRunner {
  public:
    using OnEvent = std::function<void(failover::Event)>;

    LvsdRunner(boost::asio::io_context& context, std::string program, std::vector<std::string> arguments,
               OnEvent on_event)
        : context_(context),
          program_(std::move(program)),
          arguments_(std::move(arguments)),
          on_event_(std::move(on_event)) {}

    /// Starts it; while one is still ending, right after that.
    void start();

    /// Asks it to remove its services, or to leave them, and end; kills it if it takes too long.
    void stop(bool leave_table = false);

    /// Asks it to do something ("reload", "drains", "servers", "forgive", with what belongs to it) and waits
    /// for its answer; nothing if none runs, or if it ends or says nothing for too long.
    boost::asio::awaitable<std::optional<Fields>> ask(std::string request, Fields details = {},
                                                      Duration limit = std::chrono::seconds(25));

    /// Has a short-lived one remove what a crashed one left; does nothing while one runs.
    void clear_table();

  private:
    void spawn(const std::vector<std::string>& arguments);
    void end_in_time();
    boost::asio::awaitable<void> watch(std::shared_ptr<process::Child> child,
                                       std::shared_ptr<process::Channel> channel);
    void take_answer(const Fields& message);
    boost::asio::awaitable<void> kill_late(int pid);
    void report_soon(failover::Event event);

    boost::asio::io_context& context_;
    std::string program_;
    std::vector<std::string> arguments_;
    OnEvent on_event_;
    /// A request that has not been answered.
    struct Question {
        std::string id;
        std::optional<Fields> answer;
        boost::asio::steady_timer done;
    };

    std::shared_ptr<process::Child> child_;      ///< null while none runs
    std::shared_ptr<process::Channel> channel_;  ///< to it
    std::vector<std::shared_ptr<Question>> questions_;
    unsigned last_id_ = 0;
    bool stopping_ = false;
    bool start_again_ = false;
};

}  // namespace pulse::daemon
