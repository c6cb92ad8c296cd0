#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "namespace.h"

namespace pulse::lab {

/// A stand-in for the original's pulse, as far as its partner can see: the words and reactions of piranha's
/// lvs mode (0.8.6), without addresses.
class OriginalPeer {
  public:
    OriginalPeer(const std::string& host, std::string own, std::string partner, bool master,
                 std::chrono::milliseconds keepalive, std::chrono::milliseconds deadtime);

    /// As if its partner had been silent for deadtime.
    void become_active() { active_ = true; }

    /// Lives for so long.
    void run(std::chrono::milliseconds time);

    [[nodiscard]] bool active() const { return active_; }
    /// Everything heard, in order.
    [[nodiscard]] const std::vector<std::vector<std::uint8_t>>& heard() const { return heard_; }
    [[nodiscard]] int times_activated() const { return times_activated_; }
    [[nodiscard]] int announcements() const { return announcements_; }

  private:
    void say(bool running);
    void hear(const std::vector<std::uint8_t>& bytes);

    std::string partner_;
    bool master_;
    std::chrono::milliseconds keepalive_;
    std::chrono::milliseconds deadtime_;
    Udp socket_;
    bool active_ = false;
    std::chrono::steady_clock::time_point send_at_;
    std::chrono::steady_clock::time_point dead_at_;
    std::vector<std::vector<std::uint8_t>> heard_;
    int times_activated_ = 0;
    int announcements_ = 0;
};

}  // namespace pulse::lab
