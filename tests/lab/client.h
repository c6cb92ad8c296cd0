#pragma once

#include <atomic>
#include <cstddef>
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
    /// Says nothing for now, and keeps the connection.
    void rest(bool resting) { resting_ = resting; }

  private:
    void talk(const std::string& address, int port);

    std::atomic<int> answers_ = 0;
    std::atomic<bool> resting_ = false;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> ended_ = false;
    std::string end_;
    std::thread thread_;
};

/// One long answer over one TCP connection of the client's.
class Download {
  public:
    /// Connects, within the network namespace `client`, and asks for `path`.
    Download(const std::string& address, int port, std::string path);
    ~Download();
    Download(const Download&) = delete;
    Download& operator=(const Download&) = delete;
    Download(Download&&) = delete;
    Download& operator=(Download&&) = delete;

    /// Bytes so far, with those of the header.
    [[nodiscard]] std::size_t received() const { return received_; }
    [[nodiscard]] bool ended() const { return ended_; }
    /// Why it ended before the server closed; empty if it did not.
    [[nodiscard]] std::string error() const { return ended_ ? end_ : std::string(); }
    /// What came, without the header; nothing before it has ended.
    [[nodiscard]] std::string body() const;

  private:
    void load(const std::string& address, int port, const std::string& path);

    std::atomic<std::size_t> received_ = 0;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> ended_ = false;
    std::string answer_;
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
