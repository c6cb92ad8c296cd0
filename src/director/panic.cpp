#include <algorithm>

#include "pulse/director/director.h"

namespace pulse::director {

namespace {

/// The standings of one service's active servers.
std::vector<Standing*> pool_of(const config::VirtualServer& virtual_server, Situation& situation) {
    std::vector<Standing*> pool;
    for (const auto& server : virtual_server.servers) {
        if (!server.active) continue;
        const auto found =
            situation.standings.find({service_id(virtual_server), {server.address, server.port}});
        if (found != situation.standings.end()) pool.push_back(&found->second);
    }
    return pool;
}

health::Pace pace_of(const config::VirtualServer& virtual_server) {
    health::NannySpec spec;
    spec.interval = virtual_server.check_interval.value_or(virtual_server.timeout);
    spec.retry_interval = virtual_server.retry_interval;
    spec.fall = virtual_server.fall;
    return health::pace_of(spec);
}

}  // namespace

std::optional<PanicChange> judge_panic(const config::VirtualServer& virtual_server, Situation& situation,
                                       TimePoint now) {
    const auto pool = pool_of(virtual_server, situation);
    const auto was_held = [](const Standing* standing) { return standing->held; };
    const Duration at_once = health::longest_unnoticed(pace_of(virtual_server), virtual_server.timeout);
    const auto fell_just_now = [&](const Standing* standing) {
        return standing->failed && (standing->held || now - *standing->failed <= at_once);
    };
    const auto failed = std::ranges::count_if(pool, fell_just_now);
    const auto good = std::ranges::count_if(
        pool, [](const Standing* standing) { return standing->verdict == health::Verdict::up; });
    const bool before = std::ranges::any_of(pool, was_held);
    const bool panic = virtual_server.panic_threshold > 0 && failed >= 2 &&
                       100 * failed > virtual_server.panic_threshold * (failed + good);
    for (auto* standing : pool) standing->held = panic && fell_just_now(standing);
    if (panic == before) return std::nullopt;
    return PanicChange{
        .panic = panic, .failed = static_cast<int>(failed), .pool = static_cast<int>(failed + good)};
}

}  // namespace pulse::director
