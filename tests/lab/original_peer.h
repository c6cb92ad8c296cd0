#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
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

    /// Its operator has stopped it: it takes its addresses down.
    void stop() { active_ = false; }

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
    std::atomic<bool> active_ = false;
    std::chrono::steady_clock::time_point send_at_;
    std::chrono::steady_clock::time_point dead_at_;
    std::vector<std::vector<std::uint8_t>> heard_;
    int times_activated_ = 0;
    int announcements_ = 0;
};

/// Lives in a thread of its own for as long as this does, and then, as an original that is stopped, falls
/// silent.
class LivingOriginal {
  public:
    explicit LivingOriginal(OriginalPeer& peer)
        : thread_([this, &peer] {
              while (!stop_) peer.run(std::chrono::milliseconds(20));
          }) {}
    ~LivingOriginal() {
        stop_ = true;
        thread_.join();
    }
    LivingOriginal(const LivingOriginal&) = delete;
    LivingOriginal& operator=(const LivingOriginal&) = delete;
    LivingOriginal(LivingOriginal&&) = delete;
    LivingOriginal& operator=(LivingOriginal&&) = delete;

  private:
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

/// For how long a router has had an address while an original was active.
class BothActive {
  public:
    /// `address`: dotted quad.
    BothActive(const std::string& router, std::string address, const OriginalPeer& original);
    ~BothActive();
    BothActive(const BothActive&) = delete;
    BothActive& operator=(const BothActive&) = delete;
    BothActive(BothActive&&) = delete;
    BothActive& operator=(BothActive&&) = delete;

    [[nodiscard]] std::chrono::milliseconds time() const { return std::chrono::milliseconds(milliseconds_); }

  private:
    void watch(const std::string& router, const std::string& address, const OriginalPeer& original);

    std::atomic<std::int64_t> milliseconds_ = 0;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

}  // namespace pulse::lab
