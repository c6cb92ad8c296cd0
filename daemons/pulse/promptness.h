#pragma once

#include "pulse/base/time.h"

namespace pulse::daemon {

/// What this process does to be on time, and how well it does.
class Promptness {
  public:
    /// Asks for real-time priority, which children do not inherit, and for locked memory. What the kernel
    /// does not grant is logged for developers and shown in the status.
    void ask_for_it();

    /// A timer that was due at `due` has come now.
    void came(TimePoint due, TimePoint now);

    /// How long the machine was suspended since this was asked last: the monotonic clock stands still then.
    [[nodiscard]] Duration suspended();

    [[nodiscard]] bool realtime() const { return realtime_; }
    [[nodiscard]] bool locked() const { return locked_; }
    [[nodiscard]] Duration worst() const { return worst_; }
    /// The worst of the last one to two minutes.
    [[nodiscard]] Duration recent() const {
        return this_minute_ > last_minute_ ? this_minute_ : last_minute_;
    }

  private:
    bool realtime_ = false;
    bool locked_ = false;
    Duration worst_{0};
    Duration this_minute_{0};
    Duration last_minute_{0};
    TimePoint minute_began_{};
    Duration ahead_{0};  ///< of the boot clock before the monotonic one
    bool compared_ = false;
};

}  // namespace pulse::daemon
