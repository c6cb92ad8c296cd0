#pragma once

#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/base/time.h"
#include "pulse/health/check.h"
#include "pulse/health/hysteresis.h"
#include "pulse/process/channel.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::nanny {

/// Watches one real server for as long as its parent lives: check, judge, report, pause.
class Monitor {
  public:
    /// `channel`: where reports go; without one they are printed.
    Monitor(boost::asio::io_context& io, health::NannySpec spec, health::CheckSpec check,
            std::optional<runtime::UniqueFd> channel);

    /// Sets everything going; the io_context stops when nanny is to end.
    void start();

  private:
    boost::asio::awaitable<void> check_forever();
    boost::asio::awaitable<health::Outcome> one_check();
    boost::asio::awaitable<void> watch_parent(process::Channel& parent);
    boost::asio::awaitable<void> watch_signals();

    void note(const health::Outcome& outcome);
    void move(const health::Transition& transition);
    void wear(health::Glasses glasses);
    void report();

    boost::asio::io_context& io_;
    health::NannySpec spec_;
    health::CheckSpec check_;
    std::optional<process::Channel> channel_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer pause_;
    health::Standing standing_;
    health::Outcome last_;   ///< of the last check, so that a lasting failure is logged once
    long failures_ = 0;      ///< failed checks since it was last up
    health::Report report_;  ///< what the parent should know
    bool delivered_ = true;  ///< and whether it does
};

}  // namespace pulse::nanny
