#include "pulse/director/damping.h"

namespace pulse::director {

std::optional<health::Report> Damping::take(const MonitorKey& key, const health::Report& report,
                                            TimePoint now) {
    if (allowances_[key].take(allowed, now)) {
        waiting_.erase(key);
        return report;
    }
    waiting_.insert_or_assign(key, report);
    ++put_off_[key];
    return std::nullopt;
}

std::vector<std::pair<MonitorKey, health::Report>> Damping::due(TimePoint now) {
    std::vector<std::pair<MonitorKey, health::Report>> all;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        if (!allowances_[at->first].has(allowed, now)) {
            ++at;
            continue;
        }
        all.emplace_back(at->first, std::move(at->second));
        at = waiting_.erase(at);
    }
    return all;
}

void Damping::tidy(const Standings& still_known) {
    const auto gone = [&](const auto& entry) { return !still_known.contains(entry.first); };
    std::erase_if(allowances_, gone);
    std::erase_if(waiting_, gone);
    std::erase_if(put_off_, gone);
}

}  // namespace pulse::director
