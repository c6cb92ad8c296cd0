#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "pulse/config_file/load.h"
#include "pulse/director/drain.h"
#include "pulse/heartbeat/key.h"

#include "heartbeats.h"
#include "lvsd_link.h"
#include "reload_changes.h"

namespace pulse::daemon {

/// What a router runs with.
struct Running {
    std::shared_ptr<const config::Config> config;  ///< shared with threads that read the next one
    heartbeat::Keys keys;
    director::Drains drains;
    failover::Identity identity = failover::Identity::primary;
    bool trust_files = false;  ///< whoever may change lvs.cf and what it names
};

/// What a reload would make of it: read and resolved, with everything worked out that takes its time.
struct Proposal {
    config_file::File file;
    heartbeat::Keys keys;
    director::Drains drained_then;      ///< Running::drains when this was worked out
    director::Drains drains;            ///< the same servers, as the next configuration calls them
    std::vector<net::IpAddress> local;  ///< addresses of this machine
    ReloadChanges changes;
    failover::Settings settings;    ///< what the file decides of them
    runtime::UniqueFd lvsd_text;    ///< Handout::config
    runtime::UniqueFd lvsd_drains;  ///< Handout::drained, if it changes
};

/// Reads lvs.cf and the key file, asks the name service: it waits for what may never answer, so it belongs
/// into a thread.
[[nodiscard]] Result<Proposal> propose(const std::string& path, const Running& running);

/// Why a proposal is not taken; nullopt if it is. `insisted`: somebody means it, however much it takes away.
[[nodiscard]] std::optional<std::string> objection(const Proposal& proposal, const Running& running,
                                                   bool insisted);

/// The router as its reload sees it.
class Reloadable {
  public:
    virtual ~Reloadable() = default;

    [[nodiscard]] virtual const Running& running() const = 0;
    /// `propose`, in a thread, given up when it takes too long.
    virtual boost::asio::awaitable<Result<Proposal>> read() = 0;
    /// Who is drained, under the names of the next configuration, onto the disk.
    virtual boost::asio::awaitable<Result<void>> remember(director::Drains drains) = 0;

    /// Runs with it from now on: takes down the floating addresses that go, and has the role machine know.
    virtual void commit(Proposal& proposal) = 0;
    /// lvsd has programmed what it is to: raises the addresses that are new. Gives those that are not as they
    /// should be: "10.0.0.10 is not up: there is no device eth9".
    virtual boost::asio::awaitable<std::vector<std::string>> raise_addresses() = 0;

  protected:
    Reloadable() = default;
    Reloadable(const Reloadable&) = default;
    Reloadable& operator=(const Reloadable&) = default;
    Reloadable(Reloadable&&) = default;
    Reloadable& operator=(Reloadable&&) = default;
};

/// Goes over from one lvs.cf to the next while everything runs, in two phases. First all that can fail,
/// beside what runs: nothing has changed if it does. Then what cannot.
class Reload {
  public:
    Reload(Reloadable& router, HeartbeatLines& heartbeats, LvsdLink& lvsd)
        : router_(router), heartbeats_(heartbeats), lvsd_(lvsd) {}

    /// Says what has changed. An error says either that nothing has, or that lvsd has not confirmed it.
    boost::asio::awaitable<Result<std::string>> run(bool insisted);

  private:
    /// All that phase two needs.
    struct Ready {
        Proposal proposal;
        std::unique_ptr<HeartbeatLines::Prepared> lines;
    };
    boost::asio::awaitable<Result<Ready>> prepare(bool insisted);
    boost::asio::awaitable<Result<std::string>> commit(Ready ready);

    Reloadable& router_;
    HeartbeatLines& heartbeats_;
    LvsdLink& lvsd_;
    bool busy_ = false;
};

}  // namespace pulse::daemon
