#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "pulse/base/time.h"
#include "pulse/process/child.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::daemon {

/// Runs the operator's programs (`active_cmd`, `inactive_cmd`, `notify_cmd`), one after the other in the
/// order of what happened, while everything else goes on. What they print is logged. One that takes too long
/// is killed with all its children that are still in its process group.
class Hooks {
  public:
    /// `name` is what the log calls them.
    Hooks(boost::asio::io_context& context, std::string name) : context_(context), name_(std::move(name)) {}

    /// A command line, split at blanks without a shell, as the original does. `environment`: "NAME=value"
    /// each. `limit` 0: none.
    struct Run {
        std::string command;
        std::vector<std::string> environment;
        Duration limit{};
    };

    /// Runs it once those before it have ended. An empty command is nothing to do. When very many wait, the
    /// oldest is dropped with a line in the log.
    void run(Run run);

    /// Whether nothing runs or waits.
    [[nodiscard]] bool idle() const { return !busy_; }

  private:
    boost::asio::awaitable<void> run_all();
    boost::asio::awaitable<void> run_one(Run run);
    boost::asio::awaitable<void> log_output(runtime::UniqueFd output, std::string command);
    boost::asio::awaitable<void> kill_at(TimePoint when, std::weak_ptr<process::Child> child);

    boost::asio::io_context& context_;
    std::string name_;
    std::deque<Run> waiting_;
    bool busy_ = false;
};

}  // namespace pulse::daemon
