#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pulse/failover/address_plan.h"
#include "pulse/failover/cluster.h"
#include "pulse/failover/machine.h"
#include "pulse/heartbeat/authenticated.h"

namespace pulse::failover {

/// What came over one path, counted since it was opened.
struct PathCounters {
    std::uint64_t sent = 0;
    std::uint64_t heard = 0;      ///< that counted: news, or a copy of it
    std::uint64_t strangers = 0;  ///< not from the partner's address
    std::uint64_t replayed = 0;
    std::uint64_t unproven = 0;
    std::uint64_t malformed = 0;             ///< classic: short or unknown
    std::array<std::uint64_t, 6> refused{};  ///< by heartbeat::Refusal
    bool sending_fails = false;
};

/// Whom a counter of `refused` stands for, for people: "wrong signature".
[[nodiscard]] std::string_view text_of(heartbeat::Refusal refusal);

/// Everything an operator may ask a router about its role.
struct Status {
    Settings settings;
    State state;
    TimePoint now{};
    std::vector<Path> paths;
    std::vector<PathCounters> counters;
    std::vector<std::string> links_down;
    std::vector<std::string> pings_down;
    std::size_t addresses = 0;     ///< floating ones, in lvs.cf
    std::size_t addresses_up = 0;  ///< of those, as the kernel has confirmed
    std::vector<AddressTrouble> address_troubles;
    std::vector<std::string> stuck_devices;  ///< that take no announcements
    std::uint64_t takeovers = 0;             ///< of this pulse
    Duration worst_lateness{0};              ///< of a timer of this pulse
    Duration recent_lateness{0};             ///< the worst of the last minute or two
    bool realtime = false;                   ///< the kernel granted real-time priority
    bool locked = false;                     ///< …and locked memory
    std::optional<TimePoint> lvsd_silent_since{};
    std::string sync_problem{};  ///< why connections are not synchronised as they should be; empty: they are
};

/// For people, as `pulsectl status` shows it.
[[nodiscard]] std::string to_text(const Status& status);

/// The same for programs: one JSON object. `version` changes when a member changes its meaning.
[[nodiscard]] std::string to_json(const Status& status);

/// "standby", "taking over", "active"
[[nodiscard]] std::string_view name_of(Role role);

}  // namespace pulse::failover
