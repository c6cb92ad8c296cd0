#pragma once

#include <algorithm>

#include "pulse/base/time.h"

namespace pulse {

/// How often something may happen: `burst` times at once, and from then on once in each `pause`.
struct Rate {
    int burst = 1;
    Duration pause{};

    friend bool operator==(const Rate&, const Rate&) = default;
};

/// What is left of a rate.
class Allowance {
  public:
    [[nodiscard]] bool has(const Rate& rate, TimePoint now) const {
        return std::max(used_until_, now) + rate.pause <= now + rate.burst * rate.pause;
    }

    /// Uses one up, if there is one.
    [[nodiscard]] bool take(const Rate& rate, TimePoint now) {
        if (!has(rate, now)) return false;
        used_until_ = std::max(used_until_, now) + rate.pause;
        return true;
    }

  private:
    TimePoint used_until_{};
};

}  // namespace pulse
