#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "pulse/config/config.h"

#include "shell.h"

namespace pulse::lab {

/// Two routers, their real servers and a client in the network `tools/lab up` made of $LAB_FILE.
class Cluster {
  public:
    /// Reads $LAB_FILE; throws if there is none, for then the test was not started by tools/lab up.
    Cluster();

    [[nodiscard]] const config::Config& config() const { return config_; }
    /// The first active virtual server.
    [[nodiscard]] const config::VirtualServer& service() const;

    /// Starts pulse where it does not run, and waits until one router is active and every real server is in
    /// its table.
    [[nodiscard]] bool become_healthy();

    void start(const std::string& router);

    /// pulsectl for the pulse of a router.
    [[nodiscard]] static Output pulsectl(const std::string& router, const std::string& words);
    [[nodiscard]] static std::string socket(const std::string& router) { return "/run/" + router + ".sock"; }

    /// The router that holds the service's address; empty if none does, "both" if both do.
    [[nodiscard]] std::string active() const;
    [[nodiscard]] static std::string other(const std::string& router) {
        return router == "primary" ? "backup" : "primary";
    }
    [[nodiscard]] bool holds_address(const std::string& router, const net::IpAddress& address) const;

    /// `ipvsadm -Ln` on a router.
    [[nodiscard]] std::string table(const std::string& router) const;
    [[nodiscard]] bool in_table(const std::string& router, const config::RealServer& server) const;

    /// Process ids of a program on a router.
    [[nodiscard]] std::vector<int> pids(const std::string& router, const std::string& program) const;

    /// Requests of the client, one after the other: the answers and how often each came.
    [[nodiscard]] static std::string ask(const std::string& options, const config::VirtualServer& service);

    /// What the client believes the service's hardware address to be.
    [[nodiscard]] std::string client_neighbour() const;
    [[nodiscard]] static std::string mac(const std::string& router, const std::string& device);

    /// How long a real server may take to be noticed, to leave or to come back.
    [[nodiscard]] std::chrono::seconds check_limit() const;
    /// How long a dead partner may take to be noticed.
    [[nodiscard]] std::chrono::seconds takeover_limit() const;

    /// The log of a router's pulse and its children.
    [[nodiscard]] static std::string log(const std::string& router);

  private:
    config::Config config_;
};

}  // namespace pulse::lab
