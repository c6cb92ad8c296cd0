#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/base/time.h"
#include "pulse/health/check.h"
#include "pulse/health/hysteresis.h"
#include "pulse/health/nanny_command.h"

#include "load_watch.h"
#include "messages.h"

namespace pulse::nanny {

/// Watches one real server until it is stopped: check, judge, report, pause. A process may have thousands:
/// between checks there is no coroutine, only the timer.
class Monitor : public std::enable_shared_from_this<Monitor> {
  public:
    using OnReport = std::function<void(const health::Report&)>;

    /// `id` is what its reports are marked with. `rwho` may be missing, and outlives the monitor.
    Monitor(const boost::asio::any_io_executor& executor, std::string id, const health::NannySpec& spec,
            health::CheckSpec check, const RwhoListener* rwho, OnReport on_report);

    void start();

    /// No more checks; one that is under way ends by itself.
    void stop();

    /// Puts glasses on, or takes them off and checks at once.
    void wear(health::Glasses glasses);

    /// Holds nothing against the server any more, and checks it at once if anything was.
    void forgive();

    /// Says where it stands, asked or not.
    void report();

  private:
    void begin_check();
    void pause(Duration length);
    boost::asio::awaitable<void> check(std::shared_ptr<Monitor> self);
    boost::asio::awaitable<health::Outcome> one_check();

    [[nodiscard]] health::Outcome weighed(health::Outcome outcome, TimePoint now);
    bool note(const health::Outcome& outcome);
    bool move(const health::Transition& transition);
    [[nodiscard]] std::string reason() const;
    [[nodiscard]] Duration next_pause();

    boost::asio::steady_timer pause_;
    std::string id_;
    Subject subject_;
    health::CheckSpec check_;
    health::Pace pace_;
    Duration limit_;        ///< of one check
    Duration first_pause_;  ///< after the first check; then zero
    OnReport on_report_;
    health::Standing standing_;
    std::unique_ptr<LoadWatch> load_;  ///< if it has a say in the weight
    health::Outcome last_;             ///< of the last check, so that a lasting failure is logged once
    std::string reason_;               ///< of the verdict
    std::chrono::microseconds latency_{0};
    std::optional<TimePoint> refused_;  ///< see health/refusal.h
    int failures_ = 0;                  ///< failed checks since it was last up
    bool wanted_ = true;
};

}  // namespace pulse::nanny
