#pragma once

#include <cstddef>
#include <map>

#include "pulse/base/time.h"
#include "pulse/net/claim.h"

namespace pulse::failover {

/// Decides which claims of others on our addresses are worth a line in the log: each address once a minute,
/// and few of them at a time, for a misconfigured real server answers for all of them at once.
class StrangerAlarms {
  public:
    struct Verdict {
        bool alarm = false;      ///< say that `claim` was heard
        std::size_t unsaid = 0;  ///< with it: how many others were heard since the last alarm and not said
    };

    /// A claim on an address that we hold or are about to take, by a neighbour that is not this router.
    [[nodiscard]] Verdict heard(const net::Claim& claim, TimePoint now);

    static constexpr Duration quiet = std::chrono::minutes(1);
    static constexpr int alarms_at_once = 8;  ///< within `quiet`

  private:
    std::map<net::IpAddress, TimePoint> quiet_until_;
    TimePoint window_ends_{};
    int alarms_ = 0;
    std::size_t unsaid_ = 0;
};

}  // namespace pulse::failover
