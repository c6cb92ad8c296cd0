#pragma once

#include <set>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/ipvs/plan.h"
#include "pulse/kernel/ipvs_client.h"

namespace pulse::kernel {

/// A step that the kernel does not take.
struct Refusal {
    ipvs::Step step;
    Error error;  ///< the kernel's errno, and what it means for this step
};

/// What convergence came to. Without refusals the table is as desired; with them, all the rest is.
struct Convergence {
    std::vector<ipvs::Step> made;
    std::vector<Refusal> refused;
};

/// Compares, changes, and looks again until `desired` is what the kernel has of the services in `owned`;
/// foreign services are not touched, and not read if ours are few. A change that fails (somebody else edits the table) is planned anew, a
/// few times. The error is that the conversation broke, or that the table does not keep what is written to
/// it.
[[nodiscard]] Result<Convergence> converge(IpvsClient& client, const ipvs::Table& desired,
                                           const std::set<ipvs::ServiceId>& owned);

}  // namespace pulse::kernel
