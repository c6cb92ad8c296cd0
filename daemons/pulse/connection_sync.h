#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/failover/connection_sync.h"
#include "pulse/runtime/state_store.h"

namespace pulse::daemon {

/// Keeps the kernel's connection synchronisation daemons at what this router is to run, whatever becomes of
/// them or of their device: it looks regularly. The kernel may take its time, so that happens in a thread.
class ConnectionSync {
  public:
    struct Wish {
        std::vector<ipvs::SyncDaemon> wanted;
        std::vector<ipvs::SyncDaemon> started;  ///< by this suite, some time; counts where none is wanted
        unsigned device = 0;  ///< the number of the interface at the last look; 0: not known
    };
    /// What a look has found and done.
    struct Outcome {
        std::vector<std::string> started;
        std::vector<std::string> stopped;
        std::string problem;  ///< why it is still not as it should be; empty: it is
        unsigned device = 0;  ///< the number of the interface; 0: there is none
    };
    /// Makes the kernel's daemons what is wished. Runs in a thread; fakes stand for it in tests.
    using Converge = std::function<Outcome(const Wish& wish)>;
    [[nodiscard]] static Outcome converge_kernel(const Wish& wish);

    /// The name of the record in the state directory: what was started, over a death.
    static constexpr auto record = "sync";

    /// `recorded`: what the record said at start.
    ConnectionSync(boost::asio::io_context& context, runtime::StateStore& store, const std::string& recorded,
                   Converge converge = converge_kernel);

    void start();

    /// These from now on, as soon as the loop turns.
    void want(std::vector<ipvs::SyncDaemon> daemons);

    /// Why connections are not synchronised as they should be; empty if all is well.
    [[nodiscard]] const std::string& problem() const { return problem_; }

    /// Nothing is under way.
    [[nodiscard]] bool idle() const { return !busy_; }

  private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> look();
    boost::asio::awaitable<void> keep_record(std::vector<ipvs::SyncDaemon> started);
    void take(const Outcome& outcome);

    runtime::StateStore& store_;
    boost::asio::io_context& context_;
    Converge converge_;
    Wish wish_;
    boost::asio::steady_timer pause_;
    std::string problem_;
    bool news_ = true;   ///< since the last look began
    bool busy_ = false;  ///< a look is under way, or due at once
};

}  // namespace pulse::daemon
