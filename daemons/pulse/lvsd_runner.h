#pragma once

#include <array>
#include <chrono>
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

#include "lvsd_link.h"
#include "lvsd_watch.h"

namespace pulse::daemon {

/// Runs lvsd as our child, at most one at a time, and reports what becomes of it as events. One that does not
/// answer any more is replaced.
class LvsdRunner : public LvsdLink {
  public:
    using OnEvent = std::function<void(failover::Event)>;

    /// What lvsd runs with, by Handout.
    using Texts = std::array<runtime::UniqueFd, 2>;

    LvsdRunner(boost::asio::io_context& context, std::string program, std::vector<std::string> arguments,
               Texts texts, OnEvent on_event)
        : context_(context),
          program_(std::move(program)),
          arguments_(std::move(arguments)),
          texts_(std::move(texts)),
          on_event_(std::move(on_event)) {}

    /// Starts it; while one is still ending, right after that.
    void start();

    /// Asks it to remove its services, or to leave them, and end. One that does not is killed, and another
    /// removes what is to go.
    void stop(bool leave_table = false);

    boost::asio::awaitable<LvsdAnswer> use(Handout what, runtime::UniqueFd text) override;
    boost::asio::awaitable<LvsdAnswer> ask(std::string question, Fields details, Duration limit) override;

    /// Has a short-lived one remove what a crashed one left; does nothing while one runs.
    void clear_table();

    /// Since when it has not answered, if that is worth a word.
    [[nodiscard]] std::optional<TimePoint> silent_since() const;

  private:
    /// A request that has not been answered.
    struct Question {
        unsigned id = 0;
        std::optional<Fields> answer;
        boost::asio::steady_timer done;
    };
    /// One lvsd, from its start to its end.
    struct Run {
        process::Child child;
        process::Channel channel;
        LvsdWatch watch;
        TimePoint heard_at;
        std::chrono::nanoseconds processor_time{};  ///< that it has used
        unsigned last_id = 0;                       ///< of a message to it
        std::array<unsigned, 2> handed{};           ///< the ids with which it was sent what it is to run with
        std::optional<unsigned> alive;              ///< the question that it has not answered
        bool handed_again = false;                  ///< it did not take something; logged
        bool removes = false;                       ///< short-lived: it only clears the table
        bool stopping = false;                      ///< its end is wanted
        bool leave_table = false;                   ///< at its end
    };

    void spawn(bool removes);
    [[nodiscard]] Result<void> hand(Run& run, Handout what);
    void hear(Run& run, const Fields& message);
    void see_what_it_uses(Run& run, unsigned asked, const Fields& answer);
    void end();
    boost::asio::awaitable<void> watch(std::shared_ptr<Run> run);
    boost::asio::awaitable<void> see_that_it_answers(std::shared_ptr<Run> run);
    boost::asio::awaitable<void> end_in_time(std::shared_ptr<Run> run);
    boost::asio::awaitable<LvsdAnswer> answer_to(unsigned id, Duration limit);
    void report_soon(failover::Event event);

    boost::asio::io_context& context_;
    std::string program_;
    std::vector<std::string> arguments_;
    Texts texts_;
    OnEvent on_event_;
    std::shared_ptr<Run> run_;  ///< null while none runs
    std::vector<std::shared_ptr<Question>> questions_;
    bool start_again_ = false;
};

}  // namespace pulse::daemon
