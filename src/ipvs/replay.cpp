#include "pulse/ipvs/replay.h"

#include <cerrno>

#include "pulse/base/match.h"

namespace pulse::ipvs {

namespace {

bool thresholds_fit(const Destination& server) { return server.lower_threshold <= server.upper_threshold; }

}  // namespace

int replay(Table& table, const Step& step) {
    const auto servers_of = [&](const ServiceId& id) {
        const auto found = table.find(id);
        return found == table.end() ? nullptr : &found->second.destinations;
    };
    return match(
        step,
        [&](const AddService& s) {
            return table.try_emplace(s.service.id, ServiceEntry{.service = s.service, .destinations = {}})
                           .second
                       ? 0
                       : EEXIST;
        },
        [&](const EditService& s) {
            const auto found = table.find(s.service.id);
            if (found == table.end()) return ESRCH;
            found->second.service = s.service;
            return 0;
        },
        [&](const DeleteService& s) { return table.erase(s.id) > 0 ? 0 : ESRCH; },
        [&](const AddDestination& s) {
            auto* servers = servers_of(s.service);
            if (servers == nullptr) return ESRCH;
            if (!thresholds_fit(s.destination)) return ERANGE;
            return servers->try_emplace(s.destination.endpoint, s.destination).second ? 0 : EEXIST;
        },
        [&](const EditDestination& s) {
            auto* servers = servers_of(s.service);
            if (servers == nullptr) return ESRCH;
            if (!thresholds_fit(s.destination)) return ERANGE;
            const auto found = servers->find(s.destination.endpoint);
            if (found == servers->end()) return ENOENT;
            found->second = s.destination;
            return 0;
        },
        [&](const DeleteDestination& s) {
            auto* servers = servers_of(s.service);
            if (servers == nullptr) return ESRCH;
            return servers->erase(s.endpoint) > 0 ? 0 : ENOENT;
        });
}

}  // namespace pulse::ipvs
