#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace pulse::lab {

/// What a server that behaves badly does with one connection; it is closed afterwards.
using Behaviour = std::function<void(int socket)>;

/// A TCP or UDP server on 127.0.0.1, on a port of the kernel's choice, which serves one client after another.
class Responder {
  public:
    enum class Kind { tcp, udp };

    explicit Responder(Behaviour behaviour, Kind kind = Kind::tcp);
    ~Responder();
    Responder(const Responder&) = delete;
    Responder& operator=(const Responder&) = delete;
    Responder(Responder&&) = delete;
    Responder& operator=(Responder&&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    void serve(Kind kind);

    Behaviour behaviour_;
    int listening_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> ending_ = false;
    std::thread thread_;
};

/// Says this at once and closes.
[[nodiscard]] Behaviour says(std::string text);
/// Waits until the client has said something, then says this.
[[nodiscard]] Behaviour answers(std::string text);
/// Says this, waits until the client has said something, and resets the connection.
[[nodiscard]] Behaviour resets(std::string greeting);
/// Keeps the connection and says nothing until the client goes.
[[nodiscard]] Behaviour keeps_silent();
/// Says this, then the last byte of it again and again with pauses.
[[nodiscard]] Behaviour drips(std::string text);
/// Says this again and again without end.
[[nodiscard]] Behaviour floods(std::string text);

}  // namespace pulse::lab
