#include "pulse/ipvs/schedulers.h"

#include <algorithm>

namespace pulse::ipvs {

namespace {

constexpr std::array<Scheduler, 14> all{{
    {"rr", "round robin", {}},
    {"wrr", "weighted round robin", {}},
    {"lc", "least connections", {}},
    {"wlc", "weighted least connections", {}},
    {"lblc", "locality-based least connections", {}},
    {"lblcr", "locality-based least connections with replication", {}},
    {"dh", "destination hashing", {}},
    {"sh", "source hashing", {"sh-fallback", "sh-port", ""}},
    {"sed", "shortest expected delay", {}},
    {"nq", "never queue", {}},
    {"fo", "weighted failover", {}},
    {"ovf", "weighted overflow", {}},
    {"mh", "Maglev hashing", {"mh-fallback", "mh-port", ""}},
    {"twos", "two random choices", {}},
}};

}  // namespace

std::span<const Scheduler> schedulers() { return all; }

const Scheduler* find_scheduler(std::string_view name) {
    const auto found = std::ranges::find(all, name, &Scheduler::name);
    return found == all.end() ? nullptr : &*found;
}

}  // namespace pulse::ipvs
