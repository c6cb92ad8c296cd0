#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/base/time.h"
#include "pulse/health/check.h"
#include "pulse/health/hysteresis.h"
#include "pulse/health/nanny_command.h"
#include "pulse/load/weight.h"

namespace pulse::nanny {

class RwhoListener;

/// Watches one real server until it is stopped: check, judge, report, pause; and beside that, its load.
class Monitor : public std::enable_shared_from_this<Monitor> {
  public:
    using OnReport = std::function<void(const health::Report&)>;

    /// `id` is what its reports are marked with. `rwho` may be missing, and outlives the monitor.
    Monitor(const boost::asio::any_io_executor& executor, std::string id, health::NannySpec spec,
            health::CheckSpec check, const RwhoListener* rwho, OnReport on_report);

    void start();

    /// No more checks; a check program that runs is left to its deadline.
    void stop();

    /// Puts glasses on, or takes them off and checks at once.
    void wear(health::Glasses glasses);

  private:
    boost::asio::awaitable<void> check_forever(std::shared_ptr<Monitor> self);
    boost::asio::awaitable<void> read_load_forever(std::shared_ptr<Monitor> self);
    boost::asio::awaitable<health::Outcome> one_check();
    boost::asio::awaitable<bool> one_reading();

    void note(const health::Outcome& outcome);
    bool move(const health::Transition& transition);
    bool weigh();
    void report() { on_report_(report_); }

    boost::asio::steady_timer pause_;
    boost::asio::steady_timer load_pause_;
    health::NannySpec spec_;
    health::CheckSpec check_;
    health::Pace pace_;
    load::Scale scale_;
    const RwhoListener* rwho_;
    OnReport on_report_;
    health::Standing standing_;
    load::Balance balance_;
    health::Outcome last_;   ///< of the last check, so that a lasting failure is logged once
    long failures_ = 0;      ///< failed checks since it was last up
    health::Report report_;  ///< what the parent should know
    bool load_unknown_ = false;
    bool wanted_ = true;
};

}  // namespace pulse::nanny
