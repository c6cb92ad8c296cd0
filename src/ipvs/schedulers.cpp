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

constexpr std::array<std::string_view, 3> numbered_flags{"flag-1", "flag-2", "flag-3"};

}  // namespace

std::span<const Scheduler> schedulers() { return all; }

const Scheduler* find_scheduler(std::string_view name) {
    const auto found = std::ranges::find(all, name, &Scheduler::name);
    return found == all.end() ? nullptr : &*found;
}

std::string scheduler_flag_names(std::string_view scheduler, std::uint32_t flags) {
    const auto* known = find_scheduler(scheduler);
    const bool names_its_own = known != nullptr && !known->flags.front().empty();
    std::string names;
    for (std::size_t i = 0; i < scheduler_flag_bits.size(); ++i) {
        if ((flags & scheduler_flag_bits.at(i)) == 0) continue;
        const auto name = names_its_own ? known->flags.at(i) : numbered_flags.at(i);
        if (name.empty()) continue;
        if (!names.empty()) names += ',';
        names += name;
    }
    return names;
}

std::optional<std::uint32_t> scheduler_flag_bit(std::string_view flag, std::string_view scheduler) {
    const auto* known = find_scheduler(scheduler);
    for (std::size_t i = 0; i < scheduler_flag_bits.size(); ++i)
        if (flag == numbered_flags.at(i) || (known != nullptr && !flag.empty() && flag == known->flags.at(i)))
            return scheduler_flag_bits.at(i);
    return std::nullopt;
}

bool is_scheduler_flag(std::string_view flag) {
    return !flag.empty() && std::ranges::any_of(all, [&](const Scheduler& each) {
        return scheduler_flag_bit(flag, each.name).has_value();
    });
}

}  // namespace pulse::ipvs
