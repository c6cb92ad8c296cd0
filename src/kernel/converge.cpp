#include "pulse/kernel/converge.h"

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

}  // namespace

Result<Convergence> converge(IpvsClient& client, const ipvs::Table& desired,
                             const std::set<ipvs::ServiceId>& owned) {
    auto ours = owned;
    for (const auto& [id, entry] : desired) ours.insert(id);
    Convergence out;
    constexpr int attempts = 3;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const auto dump = client.dump();
        if (!dump) return fail(dump.error(), "");
        auto steps = ipvs::plan(ipvs::only(ipvs::table_of(*dump), ours), desired);
        if (steps.empty()) {
            out.refused.clear();
            return out;
        }
        auto failed = client.apply(steps);
        if (!failed) return fail(failed.error(), "");
        const auto made_before = out.made.size();
        settle(std::move(steps), *std::move(failed), out);
        if (out.made.size() == made_before) break;  // asking again would only fill the kernel's log
    }
    if (!out.refused.empty()) return out;
    return fail(std::errc::resource_unavailable_try_again,
                "the IPVS table does not keep what is written to it");
}

}  // namespace pulse::kernel
