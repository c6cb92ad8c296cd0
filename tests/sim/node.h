#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "pulse/failover/machine.h"
#include "pulse/heartbeat/authenticated.h"
#include "pulse/heartbeat/session.h"

#include "schedule.h"

namespace pulse::sim {

/// A datagram in flight, or recorded.
struct Datagram {
    unsigned from = 0;
    unsigned path = 0;
    heartbeat::Message message;       ///< format 2
    heartbeat::Word word{};           ///< classic
    std::vector<std::uint8_t> bytes;  ///< with Setup::signs
    TimePoint sent_at{};              ///< by the world's clock
    bool details = false;             ///< it travels in format 2
    bool genuine = true;
    bool replayed = false;
};

/// One machine: pulse's role machine as it is, and a world around it of the least that shows whether it acts
/// rightly: addresses that are up, a table that is programmed, an lvsd that takes its time.
struct Node {
    failover::Settings settings;
    failover::State state;
    std::optional<heartbeat::Session> session;
    std::uint64_t epoch = 0;
    TimePoint epoch_began{};     ///< world's clock
    std::uint64_t believed = 0;  ///< the partner's epoch that it believed last
    bool running = false;
    bool addresses = false;
    bool table = false;
    failover::Role role() const { return running ? state.role : failover::Role::standby; }

    // Clock: local = world * rate + offset.
    double rate = 1;
    Duration offset{0};
    [[nodiscard]] TimePoint local(TimePoint world) const {
        return TimePoint(std::chrono::duration_cast<Duration>(world.time_since_epoch() * rate) + offset);
    }
    [[nodiscard]] TimePoint world(TimePoint own) const {
        return TimePoint(std::chrono::duration_cast<Duration>((own - offset).time_since_epoch() / rate));
    }

    // Frozen: what happens waits.
    bool frozen = false;
    bool clock_stands = false;
    TimePoint frozen_at{};
    std::vector<failover::Event> waiting;
    std::vector<Datagram> queue;
    TimePoint woke_at{};      ///< the last freeze's end
    bool slept_long = false;  ///< that freeze outlasted deadtime, and this router was active

    // lvsd.
    enum class Child { none, starting, running, ending };
    Child child = Child::none;
    std::uint64_t child_number = 0;  ///< tells a later child's events from an earlier one's
    bool lvsd_broken = false;
    bool lvsd_hangs = false;

    bool link = true;
    std::uint16_t links = 2;
    std::uint16_t pings = 2;
    unsigned servers = 4;  ///< of four that it reaches
    unsigned ways = 2;     ///< that it has paths on
    bool other_config = false;
    std::optional<TimePoint> able_since;  ///< by the world's clock: could serve
    TimePoint ordered_at{};               ///< an operator moved the role away
    TimePoint unable_at{};                ///< could not serve, the last time
    std::uint64_t claims = 0;             ///< how often it has claimed the role
};

}  // namespace pulse::sim
