#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "pulse/base/allowance.h"
#include "pulse/director/director.h"
#include "pulse/director/server_status.h"

#include "nanny_process.h"

namespace pulse::lvsd {

/// Runs the nannies: a process for each monitor, or for up to so many of a kind; started again when it dies,
/// heard over its channel.
class Nannies {
  public:
    using OnReport = std::function<void(const director::MonitorKey&, const health::Report&)>;

    struct Settings {
        std::string program;  ///< our own nanny
        bool foreground = false;
        bool verbose = false;
        /// Each nanny of ours is asked once in that time; one that has said nothing when its turn comes again
        /// hangs.
        std::chrono::seconds patience{60};
        /// So many processes there are descriptors for; the rest must wait until one ends.
        int room = 1'000'000;
    };

    Nannies(boost::asio::any_io_executor executor, Settings settings, SpawnNanny spawn, OnReport on_report);

    /// Makes exactly these run: starts what is missing, a few at a time, so that the loop turns in between;
    /// ends what is not listed, replaces what is to run differently. A monitor that runs stays in its
    /// process.
    void want(const std::vector<director::Monitor>& monitors, int checks_per_nanny);

    /// Asks all nannies of ours that run how things are; returns how many checks will be reported of.
    [[nodiscard]] std::size_t ask_for_reports();

    /// Replaces nannies that hang, one look after another, for as long as it runs.
    boost::asio::awaitable<void> replace_the_hanging();

    /// The monitors that nobody does, because their nanny could not be started, and why.
    [[nodiscard]] director::Unchecked unchecked() const;

    /// Has a monitor's nanny hold nothing against its server any more.
    void forgive(const director::MonitorKey& key);

    /// Ends all; `none_left` tells when they are gone.
    void stop() { want({}, 1); }
    [[nodiscard]] bool none_left() const { return running_ == 0 && fresh_.empty(); }

  private:
    /// What the checks of one shared process have in common.
    struct Kind {
        std::string program;
        bool programs = false;  ///< they start programs
        bool files = false;     ///< they read certificates
        bool rwho = false;      ///< they listen for rwhod
        friend auto operator<=>(const Kind&, const Kind&) = default;
    };

    /// One nanny over the lives of its processes.
    struct Watch {
        Kind kind;
        bool shared = false;                              ///< gets its checks over the channel
        std::map<std::string, director::Monitor> checks;  ///< by the id its reports have; one if not shared
        int next_id = 1;
        bool wanted = true;
        NannyProcess* process = nullptr;  ///< owned by `run` while it lives
        bool owes_answer = false;         ///< the process was asked, and has said nothing since
        Allowance messages;               ///< of the process
        std::string trouble;              ///< why none could be started
        std::deque<Fields> orders;        ///< not sent yet
        bool ordering = false;            ///< a coroutine sends them
    };
    using WatchPointer = std::shared_ptr<Watch>;

    [[nodiscard]] Kind kind_of(const director::Monitor& monitor) const;
    /// Finds a process with room for it, or makes one that is yet to be started.
    void place(const director::Monitor& monitor, int checks_per_nanny);
    void put(const WatchPointer& watch, const director::Monitor& monitor);
    void take_out(const WatchPointer& watch, const std::string& id);
    void order(const WatchPointer& watch, Fields message);
    void look_after(const WatchPointer& watch);

    boost::asio::awaitable<void> start_fresh();
    boost::asio::awaitable<void> tell_of_trouble();
    boost::asio::awaitable<void> run(WatchPointer watch);
    boost::asio::awaitable<process::Exit> live(Watch& watch, NannyProcess& process);
    boost::asio::awaitable<void> send_orders(WatchPointer watch);
    void note_trouble(Watch& watch, std::string trouble);
    [[nodiscard]] Result<std::unique_ptr<NannyProcess>> start(const Watch& watch) const;
    [[nodiscard]] health::NannySpec spec_of(const director::Monitor& monitor) const;
    [[nodiscard]] Fields order_to_add(const std::string& id, const director::Monitor& monitor) const;
    static void end(Watch& watch);

    boost::asio::any_io_executor executor_;
    Settings settings_;
    SpawnNanny spawn_;
    OnReport on_report_;
    std::vector<WatchPointer> watches_;
    std::deque<WatchPointer> fresh_;  ///< not started for the first time yet
    bool starting_ = false;           ///< a coroutine does that
    bool telling_ = false;            ///< one says what could not be started
    std::map<director::MonitorKey, std::pair<WatchPointer, std::string>> places_;
    int running_ = 0;    ///< coroutines that look after a nanny
    int processes_ = 0;  ///< that have been started and have not ended
};

}  // namespace pulse::lvsd
