#pragma once

#include <array>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "node.h"
#include "random.h"
#include "schedule.h"

namespace pulse::sim {

/// Plays a schedule and watches that the rules of docs/failover.md hold at every step.
class Simulation {
  public:
    explicit Simulation(const Schedule& schedule, bool trace = false);

    /// What was broken first; nullopt if everything held.
    [[nodiscard]] std::optional<std::string> run();

    /// What happened, with `trace`.
    [[nodiscard]] const std::string& trace() const { return trace_; }

    /// How it ended.
    [[nodiscard]] const Node& node(unsigned number) const { return nodes_.at(number); }

  private:
    struct Pending {
        TimePoint at;
        std::uint64_t order;
        std::function<void()> what;
        friend bool operator>(const Pending& a, const Pending& b) {
            return a.at != b.at ? a.at > b.at : a.order > b.order;
        }
    };
    struct Way {
        std::array<bool, 2> cut{};  ///< by sender
        unsigned loss = 0;
        unsigned delay = 0;
        unsigned duplicates = 0;
        std::optional<TimePoint> good_since;  ///< carries everything, quickly, both ways
    };

    // world.cpp: what the machine's actions do, and the blows.
    void boot(unsigned n);
    void feed(unsigned n, const failover::Event& event);
    void deliver_event(unsigned n, const failover::Event& event);
    void perform(unsigned n, const failover::Action& action);
    void start_lvsd(unsigned n);
    void end_lvsd(unsigned n, bool leave_table);
    void lvsd_dies(unsigned n);
    void send(unsigned n, const heartbeat::Report& report);
    void transmit(Datagram datagram);
    void arrive(unsigned n, const Datagram& datagram);
    void take(unsigned n, const Datagram& datagram);
    void freeze(unsigned n, Duration time, bool clock_stands);
    void wake(unsigned n);
    void leave(unsigned n);
    void reload(unsigned n);
    void configure(unsigned n, const Setup& setup);
    void tell_links(unsigned n);
    void find_servers(unsigned n);
    void strike(const Blow& blow);
    void strike(const Blow& blow, unsigned n);
    void replay(unsigned n, unsigned count);
    void mend_all();

    // invariants.cpp
    void watch();
    void watch_action(unsigned n, const failover::Action& action);
    void watch_claim(unsigned n);
    void watch_pair();
    [[nodiscard]] bool calm_for(Duration time) const;
    void broken(const std::string& what);
    void watch_alone();
    void watch_better();
    [[nodiscard]] bool healthy(unsigned n) const;
    [[nodiscard]] bool can_serve(unsigned n) const;
    [[nodiscard]] bool understands_way(unsigned path) const;
    [[nodiscard]] Duration settling() const;

    void later(Duration after, std::function<void()> what);
    void note(unsigned n, const std::string& what);

    Schedule schedule_;
    Random random_;
    bool tracing_;
    std::string trace_;
    TimePoint now_;
    TimePoint began_;
    std::uint64_t order_ = 0;
    std::priority_queue<Pending, std::vector<Pending>, std::greater<>> pending_;
    std::array<Node, 2> nodes_;
    std::array<Way, 2> ways_;
    std::vector<Datagram> recorded_;
    TimePoint late_word_at_{};  ///< a classic word came that was under way for longer than keepalive
    std::array<std::uint64_t, 2> alarm_{};
    std::optional<heartbeat::Codec> codec_;
    std::optional<heartbeat::Codec> wrong_codec_;
    std::optional<std::string> broken_;
    std::optional<TimePoint> both_since_;
    std::array<std::optional<TimePoint>, 2>
        worse_since_;  ///< active, while the other would serve clearly more
    std::array<std::optional<TimePoint>, 2>
        cut_off_since_;  ///< active without link, while the other could be
    std::array<std::optional<TimePoint>, 2> idle_alone_since_;  ///< it could serve, and is not active
    std::optional<TimePoint> mended_at_;
    std::array<std::uint64_t, 2> settled_claims_{};
    bool settled_ = false;
};

}  // namespace pulse::sim
