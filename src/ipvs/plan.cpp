#include "pulse/ipvs/plan.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "pulse/base/match.h"

namespace pulse::ipvs {

namespace {

void plan_destinations(const ServiceEntry& actual, const ServiceEntry& desired, std::vector<Step>& steps) {
    const auto& id = desired.service.id;
    std::vector<Step> leaving;  // what takes new connections away
    for (const auto& [endpoint, wanted] : desired.destinations) {
        const auto found = actual.destinations.find(endpoint);
        if (found == actual.destinations.end())
            steps.emplace_back(AddDestination{id, wanted});
        else if (found->second != wanted)
            (wanted.weight < found->second.weight ? leaving : steps)
                .emplace_back(EditDestination{id, wanted});
    }
    for (const auto& [endpoint, present] : actual.destinations)
        if (!desired.destinations.contains(endpoint)) leaving.emplace_back(DeleteDestination{id, endpoint});
    std::ranges::move(leaving, std::back_inserter(steps));
}

}  // namespace

std::vector<Step> plan(const Table& actual, const Table& desired) {
    std::vector<Step> steps;
    for (const auto& [id, wanted] : desired) {
        const auto found = actual.find(id);
        if (found == actual.end()) {
            steps.emplace_back(AddService{wanted.service});
            plan_destinations({}, wanted, steps);
        } else {
            if (found->second.service != wanted.service) steps.emplace_back(EditService{wanted.service});
            plan_destinations(found->second, wanted, steps);
        }
    }
    for (const auto& [id, present] : actual)
        if (!desired.contains(id)) steps.emplace_back(DeleteService{id});
    return steps;
}

Table only(const Table& table, const std::set<ServiceId>& ids) {
    Table part;
    for (const auto& [id, entry] : table)
        if (ids.contains(id)) part.emplace(id, entry);
    return part;
}

std::string describe(const Step& step) {
    return match(
        step, [](const AddService& s) { return "add service " + s.service.id.to_string(); },
        [](const EditService& s) { return "change service " + s.service.id.to_string(); },
        [](const DeleteService& s) { return "remove service " + s.id.to_string(); },
        [](const AddDestination& s) {
            return "add server " + s.destination.endpoint.to_string() + " to " + s.service.to_string();
        },
        [](const EditDestination& s) {
            return "change server " + s.destination.endpoint.to_string() + " of " + s.service.to_string();
        },
        [](const DeleteDestination& s) {
            return "remove server " + s.endpoint.to_string() + " from " + s.service.to_string();
        });
}

std::string refusal(const Step& step, int error_number) {
    const auto service = [&](const Service& wanted) -> std::string {
        if (error_number == ENOENT)
            return "; this kernel has no scheduler \"" + wanted.scheduler + "\" (module ip_vs_" +
                   wanted.scheduler + ")" + (!wanted.engine.empty() ? " or no persistence engine" : "");
        if (error_number == EAFNOSUPPORT) return "; IPv6 is off in this kernel";
        return {};
    };
    const auto server = [&](const Destination& wanted) -> std::string {
        if (error_number != EINVAL) return {};
        if (wanted.forwarding == Forwarding::tunnel)
            return "; its address must be a host's own, and of the service's family while connections are "
                   "synchronised";
        return "; its address must be a host's own, not that of a network or group, and of the service's "
               "family";
    };
    return describe(step) + match(
                                step, [&](const AddService& s) { return service(s.service); },
                                [&](const EditService& s) { return service(s.service); },
                                [&](const AddDestination& s) { return server(s.destination); },
                                [&](const EditDestination& s) { return server(s.destination); },
                                [](const DeleteService&) { return std::string(); },
                                [](const DeleteDestination&) { return std::string(); });
}

}  // namespace pulse::ipvs
