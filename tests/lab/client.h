#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace pulse::lab {

/// A connection of the client's that lasts: it asks for / again and again over one TCP connection.
class Conversation {
  public:
    /// Connects, within the network namespace `client`.
    Conversation(const std::string& address, int port);
    ~Conversation();
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;
    Conversation(Conversation&&) = delete;
    Conversation& operator=(Conversation&&) = delete;

    /// Answers so far.
    [[nodiscard]] int answers() const { return answers_; }
    /// Why it is over; empty while it goes on.
    [[nodiscard]] std::string end() const { return ended_ ? end_ : std::string(); }

  private:
    void talk(const std::string& address, int port);

    std::atomic<int> answers_ = 0;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> ended_ = false;
    std::string end_;
    std::thread thread_;
};

/// The longest time between two heartbeats that a router sent over the private wire while it was watched.
class HeartbeatWatch {
  public:
    /// `device`: the other end of the router's private device; `sender`: its address there.
    HeartbeatWatch(const std::string& device, const std::string& sender, int port);
    ~HeartbeatWatch();
    HeartbeatWatch(const HeartbeatWatch&) = delete;
    HeartbeatWatch& operator=(const HeartbeatWatch&) = delete;
    HeartbeatWatch(HeartbeatWatch&&) = delete;
    HeartbeatWatch& operator=(HeartbeatWatch&&) = delete;

    /// Forgets what was before.
    void restart() { longest_ms_ = 0; }
    [[nodiscard]] double longest_ms() const { return longest_ms_; }
    [[nodiscard]] int count() const { return count_; }

  private:
    void listen();

    int socket_ = -1;
    std::string sender_;
    int port_;
    std::atomic<double> longest_ms_ = 0;
    std::atomic<int> count_ = 0;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

}  // namespace pulse::lab
