#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/base/time.h"
#include "pulse/health/nanny_command.h"
#include "pulse/load/weight.h"

namespace pulse::nanny {

class RwhoListener;

/// What a monitor's server may carry: reads its load, ramps it up after a failure.
class LoadWatch {
  public:
    /// `rwho` may be missing.
    LoadWatch(const boost::asio::any_io_executor& executor, health::NannySpec spec, const RwhoListener* rwho);

    /// Reads the load again and again, while `is_up` says so, until `stop`; `on_change` hears of each new
    /// weight, be it the load's or a slow start's. Keeps `owner`, whose part this is, alive while it reads.
    void start(std::shared_ptr<void> owner, std::function<bool()> is_up, std::function<void()> on_change);
    void stop();

    /// The server is back from a failure: with slow_start its weight grows step by step from now on.
    void note_return();

    /// Brings the weight up to date. True when it changed.
    bool weigh();
    /// Whether the weight is founded on anything: until the load is known, or a slow start goes on, whoever
    /// knew it before knows it better.
    [[nodiscard]] bool knows() const;
    [[nodiscard]] int weight() const { return weight_.value_or(spec_.weight); }
    [[nodiscard]] std::string reason() const;

  private:
    boost::asio::awaitable<void> read_forever(std::shared_ptr<void> owner);
    void ramp();
    boost::asio::awaitable<bool> one_reading();

    boost::asio::steady_timer pause_;
    boost::asio::steady_timer step_;  ///< armed while a slow start lasts
    std::weak_ptr<void> owner_;
    std::function<bool()> is_up_;
    std::function<void()> on_change_;
    health::NannySpec spec_;
    load::Scale scale_;
    load::Balance balance_;
    const RwhoListener* rwho_;
    std::optional<int> weight_;
    bool unknown_ = false;  ///< the last reading failed
    bool wanted_ = true;
};

}  // namespace pulse::nanny
