#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "pulse/base/allowance.h"
#include "pulse/director/director.h"

namespace pulse::director {

/// Keeps nannies from turning the table over: of what is said of a server only so many changes are taken at
/// once. What is too much waits; only the newest counts, and in the end the table is what was said last.
class Damping {
  public:
    /// A slow start has 20 steps, and a server that fails and returns all the time needs two changes each
    /// time.
    static constexpr Rate allowed{.burst = 40, .pause = std::chrono::seconds(2)};

    /// What `report`, which changes something, comes to now: itself, or nothing yet.
    [[nodiscard]] std::optional<health::Report> take(const MonitorKey& key, const health::Report& report,
                                                     TimePoint now);

    /// A report that changes nothing: what waits is out of date.
    void settle(const MonitorKey& key) { waiting_.erase(key); }

    /// Reports whose time has come. Each is to be taken.
    [[nodiscard]] std::vector<std::pair<MonitorKey, health::Report>> due(TimePoint now);

    /// Forgets what `still_known` has not.
    void tidy(const Standings& still_known);

    /// Of whom a change was put off since this was asked last, and how many were.
    [[nodiscard]] std::map<MonitorKey, int> put_off() { return std::exchange(put_off_, {}); }

  private:
    std::map<MonitorKey, Allowance> allowances_;
    std::map<MonitorKey, health::Report> waiting_;
    std::map<MonitorKey, int> put_off_;
};

}  // namespace pulse::director
