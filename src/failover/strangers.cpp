#include "pulse/failover/strangers.h"

#include <utility>

namespace pulse::failover {

StrangerAlarms::Verdict StrangerAlarms::heard(const net::Claim& claim, TimePoint now) {
    std::erase_if(quiet_until_, [&](const auto& entry) { return entry.second <= now; });
    if (quiet_until_.contains(claim.address)) return {};
    quiet_until_.emplace(claim.address, now + quiet);
    if (now >= window_ends_) {
        window_ends_ = now + quiet;
        alarms_ = 0;
    }
    if (alarms_ == alarms_at_once) {
        ++unsaid_;
        return {};
    }
    ++alarms_;
    return {.alarm = true, .unsaid = std::exchange(unsaid_, 0)};
}

}  // namespace pulse::failover
