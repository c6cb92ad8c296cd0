#include "simulation.h"

#include <fmt/format.h>

namespace pulse::sim {

using namespace std::chrono_literals;

namespace {

const heartbeat::Keys shared_key{{.id = 1, .secret = {1, 2, 3}}};
const heartbeat::Keys strangers_key{{.id = 1, .secret = {3, 2, 1}}};

}  // namespace

Simulation::Simulation(const Schedule& schedule, bool trace)
    : schedule_(schedule), random_(schedule.seed ^ 0x5eedU), tracing_(trace), now_(1h), began_(now_) {
    if (schedule.setup.signs) {
        codec_.emplace(shared_key);
        wrong_codec_.emplace(strangers_key);
    }
    const auto& setup = schedule.setup;
    for (unsigned n = 0; n < 2; ++n) {
        auto& settings = nodes_.at(n).settings;
        settings.identity = n == 0 ? failover::Identity::primary : failover::Identity::backup;
        settings.auto_failback = setup.auto_failback;
        settings.synchronised = setup.synchronised;
        settings.keepalive = setup.keepalive;
        settings.deadtime = setup.deadtime;
        settings.warntime = setup.deadtime / 2;
        settings.initdead = setup.initdead;
        settings.failback_delay = setup.failback_delay;
        settings.pings = 2;
        settings.link_rule =
            setup.automatic_links ? failover::LinkRule::automatic : failover::LinkRule::strict;
        settings.prefer_servers = setup.prefer_servers;
        settings.ready_limit = 2 * setup.deadtime;
        settings.handover_limit = setup.deadtime;
        settings.catch_up_limit = 4 * setup.deadtime;
        settings.child_failed_pause = 5 * setup.deadtime;
        settings.crash_pause = setup.deadtime / 4;
        settings.crash_window = 5 * setup.deadtime;
        configure(n, setup);
    }
    nodes_[1].rate = 1 + setup.drift / 1000.0;
    nodes_[1].offset = 17min;
}

std::optional<std::string> Simulation::run() {
    later(0s, [this] { boot(0); });
    later(schedule_.setup.backup_starts_after, [this] { boot(1); });
    for (const auto& blow : schedule_.blows) later(blow.at, [this, blow] { strike(blow); });
    later(schedule_.end, [this] { mend_all(); });
    const auto end = began_ + schedule_.end + settling() + 10 * schedule_.setup.deadtime;
    while (!pending_.empty() && !broken_) {
        if (pending_.top().at > end) break;
        now_ = pending_.top().at;
        const auto what = pending_.top().what;
        pending_.pop();
        what();
        watch();
    }
    return broken_;
}

void Simulation::later(Duration after, std::function<void()> what) {
    pending_.push({.at = now_ + after, .order = ++order_, .what = std::move(what)});
}

void Simulation::note(unsigned n, const std::string& what) {
    if (!tracing_) return;
    trace_ +=
        fmt::format("{:10.3f} {} {}\n", std::chrono::duration<double, std::milli>(now_ - began_).count(),
                    n == 0   ? "primary"
                    : n == 1 ? "backup "
                             : "world  ",
                    what);
}

}  // namespace pulse::sim
