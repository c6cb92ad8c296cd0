#include "pulse/kernel/converge.h"

#include <cerrno>

#include "pulse/base/match.h"

namespace pulse::kernel {

namespace {

/// Sorts the steps of one attempt by what became of them. The servers of a service that was refused say
/// nothing new.
void settle(std::vector<ipvs::Step> steps, std::vector<FailedStep> failed, Convergence& out) {
    out.refused.clear();
    std::set<ipvs::ServiceId> without_service;
    std::size_t next = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (next == failed.size() || failed[next].index != i) {
            out.made.push_back(std::move(steps[i]));
            continue;
        }
        const auto* service = std::get_if<ipvs::AddService>(&steps[i]);
        const auto* server = std::get_if<ipvs::AddDestination>(&steps[i]);
        if (service != nullptr) without_service.insert(service->service.id);
        if (server == nullptr || !without_service.contains(server->service))
            out.refused.push_back({.step = std::move(steps[i]), .error = std::move(failed[next].error)});
        ++next;
    }
}

ipvs::ServiceId service_of(const ipvs::Step& step) {
    return match(
        step, [](const ipvs::AddService& s) { return s.service.id; },
        [](const ipvs::EditService& s) { return s.service.id; },
        [](const ipvs::DeleteService& s) { return s.id; },
        [](const ipvs::AddDestination& s) { return s.service; },
        [](const ipvs::EditDestination& s) { return s.service; },
        [](const ipvs::DeleteDestination& s) { return s.service; });
}

/// So many services are read one by one rather than with the whole table.
constexpr std::size_t few = 64;

/// What the kernel has of these services.
Result<ipvs::Table> read(IpvsClient& client, const std::set<ipvs::ServiceId>& services) {
    if (services.size() > few) {
        const auto dump = client.dump();
        if (!dump) return fail(dump.error(), "");
        return ipvs::only(ipvs::table_of(*dump), services);
    }
    ipvs::Dump found;
    for (const auto& id : services)
        if (auto service = client.dump(id))
            found.push_back(*std::move(service));
        else if (service.error().code.value() != ESRCH)
            return fail(service.error(), "");
    return ipvs::table_of(found);
}

}  // namespace

Result<Convergence> converge(IpvsClient& client, const ipvs::Table& desired,
                             const std::set<ipvs::ServiceId>& owned) {
    auto ours = owned;
    for (const auto& [id, entry] : desired) ours.insert(id);
    Convergence out;
    constexpr int attempts = 3;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const auto actual = read(client, ours);
        if (!actual) return fail(actual.error(), "");
        auto steps = ipvs::plan(*actual, desired);
        if (steps.empty()) {
            out.refused.clear();
            return out;
        }
        std::set<ipvs::ServiceId> touched;
        for (const auto& step : steps) touched.insert(service_of(step));
        auto failed = client.apply(steps);
        if (!failed) return fail(failed.error(), "");
        const bool all_made = failed->empty();
        const auto made_before = out.made.size();
        settle(std::move(steps), *std::move(failed), out);
        if (all_made && touched.size() <= few && read(client, touched) == ipvs::only(desired, touched))
            return out;
        if (out.made.size() == made_before) break;  // asking again would only fill the kernel's log
    }
    if (!out.refused.empty()) return out;
    return fail(std::errc::resource_unavailable_try_again,
                "the IPVS table does not keep what is written to it");
}

}  // namespace pulse::kernel
