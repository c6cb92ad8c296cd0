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

std::string scheduler_flag_names(std::string_view scheduler, std::uint32_t flags) {
    const auto* known = find_scheduler(scheduler);
    std::string names;
    for (std::size_t i = 0; i < scheduler_flag_bits.size(); ++i) {
        if ((flags & scheduler_flag_bits.at(i)) == 0) continue;
        const bool named = known != nullptr && !known->flags.at(i).empty();
        if (!names.empty()) names += ',';
        names += named ? std::string(known->flags.at(i)) : "flag-" + std::to_string(i + 1);
    }
    return names;
}

}  // namespace pulse::ipvs
