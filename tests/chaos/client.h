#pragma once

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "figures.h"

namespace pulse::chaos {

/// The host `client` of the lab: asks the service every 20 ms over a new connection, and every 200 ms over
/// three connections that last. A new connection is given up after a second, a lasting one when an answer
/// takes three.
class Client {
  public:
    /// Only an answer with one of `servers` in it is right.
    Client(std::string address, std::uint16_t port, std::set<std::string> servers);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    Client(Client&&) = delete;
    Client& operator=(Client&&) = delete;

    /// Ends it, and gives all that was asked.
    [[nodiscard]] std::vector<Request> finish();

  private:
    void work();

    std::string address_;
    std::uint16_t port_;
    std::set<std::string> servers_;
    std::vector<Request> requests_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

}  // namespace pulse::chaos
