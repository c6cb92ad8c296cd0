#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pulse/runtime/unique_fd.h"

namespace pulse::lab {

/// While it lives, what this thread opens belongs to a host of the lab's network.
class InHost {
  public:
    explicit InHost(const std::string& host);
    ~InHost();
    InHost(const InHost&) = delete;
    InHost& operator=(const InHost&) = delete;
    InHost(InHost&&) = delete;
    InHost& operator=(InHost&&) = delete;

  private:
    runtime::UniqueFd home_;
};

/// A UDP socket on a host, bound to an address (dotted quad) and port.
class Udp {
  public:
    Udp(const std::string& host, const std::string& address, std::uint16_t port);
    void send(std::span<const std::uint8_t> bytes, const std::string& to, std::uint16_t port) const;
    /// The next datagram, if one comes in time.
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> receive(int milliseconds) const;

  private:
    runtime::UniqueFd socket_;
};

/// Sends UDP datagrams with any source address (an IPv4 raw socket on a host).
class Forger {
  public:
    explicit Forger(const std::string& host);
    void send(const std::string& from, const std::string& to, std::uint16_t port,
              std::span<const std::uint8_t> bytes) const;

    using Packet = std::vector<std::uint8_t>;
    [[nodiscard]] static Packet packet(const std::string& from, const std::string& to, std::uint16_t port,
                                       std::span<const std::uint8_t> bytes);
    /// All of these, in one system call; how many left.
    std::size_t send(std::span<const Packet> packets) const;

  private:
    runtime::UniqueFd socket_;
};

/// Reads what a device of a host receives and sends: UDP payloads to a port, with their addresses.
class Wiretap {
  public:
    struct Packet {
        std::string from;
        std::string to;
        std::vector<std::uint8_t> payload;
    };
    explicit Wiretap(const std::string& host);
    [[nodiscard]] std::optional<Packet> next(std::uint16_t port, int milliseconds) const;

  private:
    runtime::UniqueFd socket_;
};

}  // namespace pulse::lab
