#pragma once

#include <cstddef>
#include <optional>

#include "pulse/base/time.h"

namespace pulse::failover {

/// How often and how fast the floating addresses are announced (`arp_repeat`, `arp_interval`, `arp_refresh`).
struct AnnouncementSettings {
    int repeat = 5;                               ///< rounds after a takeover, the first one included
    Duration interval = std::chrono::seconds(1);  ///< between the beginnings of two rounds
    Duration refresh{0};                          ///< after the last, one more round this often; 0: never

    /// Addresses a second. Clients wait for the first sweep, so it goes as fast as a switch's hardware takes
    /// broadcasts; all later ones leave its processor, which many switches have look at every ARP, time.
    int urgent_rate = 32'000;
    int calm_rate = 4'000;
};

/// Where an announcement stands. A round is two sweeps over all addresses, the second in the other form (ARP
/// reply after ARP request), so that each address is told once before any is told twice.
struct Announcement {
    int round = 0;
    int sweep = 0;         ///< of the round: 0 or 1
    std::size_t next = 0;  ///< address of the sweep that comes next
    TimePoint round_began{};
    TimePoint sweep_began{};

    /// One that begins with its first address at once.
    [[nodiscard]] static Announcement beginning(TimePoint now) {
        return {.round_began = now, .sweep_began = now};
    }

    friend bool operator==(const Announcement&, const Announcement&) = default;
};

/// The addresses that are due now, and what comes after them.
struct AnnouncementStep {
    std::size_t first = 0;
    std::size_t count = 0;  ///< at most max_announced_at_once
    int sweep = 0;          ///< which form
    bool finished = false;  ///< these complete the last round that `repeat` asks for
    bool over = false;      ///< and nothing comes after them
    Announcement then;
    TimePoint wake_at{};  ///< when to ask for the next step; not later than now: the loop may turn once
};

/// What one step may take, so that the loop it runs in is never held up for long.
inline constexpr std::size_t max_announced_at_once = 64;

/// The step due at `now`: pure. `addresses` is how many there are.
[[nodiscard]] AnnouncementStep next_step(const Announcement& at, std::size_t addresses, TimePoint now,
                                         const AnnouncementSettings& settings);

/// How long a device is waited for whose queue is full: a moment, for a burst of ours may have filled it, and
/// longer and longer if it takes nothing.
class QueuePatience {
  public:
    /// It took nothing; returns when to try again.
    [[nodiscard]] TimePoint full(TimePoint now);

    /// It took something.
    void moved() { *this = {}; }

    /// It has taken nothing for so long that somebody should know.
    [[nodiscard]] bool stuck() const { return stuck_; }

  private:
    std::optional<TimePoint> full_since_;
    Duration pause_{};
    bool stuck_ = false;
};

}  // namespace pulse::failover
