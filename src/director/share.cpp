#include <algorithm>
#include <cstdint>

#include "pulse/director/director.h"

namespace pulse::director {

std::optional<int> served_share(const config::Config& config, const Situation& situation) {
    constexpr std::int64_t whole = 1000;
    std::int64_t all = 0;
    std::int64_t up = 0;
    for (const auto* virtual_server : services(config)) {
        const auto service = service_id(*virtual_server);
        for (const auto& server : virtual_server->servers) {
            const MonitorKey key{service, {server.address, server.port}};
            if (!server.active || server.weight == 0 || situation.drained.contains(key)) continue;
            const auto standing = situation.standings.find(key);
            if (standing == situation.standings.end() || standing->second.verdict == health::Verdict::unknown)
                return std::nullopt;
            all += server.weight;
            if (standing->second.verdict == health::Verdict::up) up += server.weight;
        }
    }
    if (all == 0) return std::nullopt;
    return static_cast<int>(std::max(up * whole / all, std::int64_t{up > 0 ? 1 : 0}));
}

}  // namespace pulse::director
