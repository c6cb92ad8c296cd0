#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

#include <nlohmann/json.hpp>

#include "pulse/runtime/unique_fd.h"

#include "setup.h"
#include "shell.h"

namespace pulse::chaos {

/// What went wrong besides requests; several threads add to it.
class Defects {
  public:
    void add(const std::string& text);
    [[nodiscard]] std::vector<std::string> all() const;

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> texts_;
};

/// One of the two routers: a network namespace of the lab, with /run, the state directory, the configuration
/// and /dev/log of its own, and somebody who starts pulse again as systemd does with our unit.
class Router {
  public:
    /// `results`: where its log goes.
    Router(std::string name, const std::string& results, Defects& defects);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;
    Router(Router&&) = delete;
    Router& operator=(Router&&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    /// The other end of one of its devices, on the bridge.
    [[nodiscard]] std::string port(const std::string& device) const;
    [[nodiscard]] std::string config_path() const { return directory_ + "/etc/lvs.cf"; }
    [[nodiscard]] std::string key_path() const { return directory_ + "/etc/heartbeat.key"; }
    [[nodiscard]] std::string state_directory() const { return directory_ + "/state"; }
    [[nodiscard]] std::string hosts_path() const { return directory_ + "/hosts"; }
    [[nodiscard]] std::string resolver_path() const { return directory_ + "/resolv.conf"; }
    [[nodiscard]] std::string control_socket() const;

    /// Replaces its lvs.cf, as an editor does. Nobody is told.
    void write_config(const std::string& text) const;

    void start();
    /// SIGTERM, and waits.
    void stop();
    /// All daemons at once, with SIGKILL; only start() brings them back.
    void lose_power();
    [[nodiscard]] pid_t pulse() const { return pulse_; }
    [[nodiscard]] int restarts() const { return restarts_; }

    /// A command line as this router runs it; 124 if it takes longer than `patience`.
    [[nodiscard]] lab::Output run(const std::string& command,
                                  std::chrono::seconds patience = std::chrono::seconds(40)) const;

    /// Process ids of pulse, lvsd and the nannies; without zombies.
    [[nodiscard]] std::map<std::string, std::vector<pid_t>> processes() const;

    /// `pulsectl status --json`; an empty object if there is no answer.
    [[nodiscard]] nlohmann::json status() const;
    [[nodiscard]] std::string role() const { return status().value("role", ""); }
    [[nodiscard]] bool holds(const net::IpAddress& address) const;
    [[nodiscard]] std::set<std::string> table() const;

    /// While it is on, nobody reads its /dev/log.
    void stall_log(bool stalled) { log_stalled_ = stalled; }

  private:
    void make_namespace();
    void launch();
    void supervise(pid_t pulse);
    void kill_rest() const;
    void read_log();
    /// For a child between fork and exec.
    void enter() const;

    std::string name_;
    std::string directory_;
    Defects& defects_;
    runtime::UniqueFd network_;
    runtime::UniqueFd mounts_;
    runtime::UniqueFd log_socket_;
    runtime::UniqueFd log_file_;
    std::mutex mutex_;  ///< of what starts and stops
    bool wanted_ = false;
    std::atomic<pid_t> pulse_ = -1;
    std::atomic<int> restarts_ = 0;
    std::atomic<bool> log_stalled_ = false;
    std::atomic<bool> over_ = false;
    std::vector<std::thread> threads_;
};

/// A command line outside of the routers, which must succeed; throws otherwise.
void must(const std::string& command);

}  // namespace pulse::chaos
