#pragma once

#include <optional>
#include <vector>

#include "pulse/failover/cluster.h"
#include "pulse/kernel/route.h"

namespace pulse::daemon {

/// The floating addresses on this router's devices. Nothing is remembered between calls: each looks at what
/// the kernel has and changes what differs, so a crash or a stranger's edit is repaired by the next call.
class Addresses {
  public:
    Addresses(kernel::RouteClient route, std::vector<failover::FloatingAddress> wanted)
        : route_(std::move(route)), wanted_(std::move(wanted)) {}

    /// Brings up what is not up. What fails is logged; the others come up all the same.
    void raise();

    /// Takes down what is up.
    void drop() { drop(wanted_); }

    /// Takes down what is up of these.
    void drop(const std::vector<failover::FloatingAddress>& unwanted);

    /// From now on it is about other addresses.
    void want(std::vector<failover::FloatingAddress> wanted) { wanted_ = std::move(wanted); }

    [[nodiscard]] const std::vector<failover::FloatingAddress>& wanted() const { return wanted_; }

  private:
    /// The address as the kernel has it, or nullopt.
    [[nodiscard]] static std::optional<kernel::InterfaceAddress> find(
        const std::vector<kernel::InterfaceAddress>& present, const failover::FloatingAddress& wanted);

    kernel::RouteClient route_;
    std::vector<failover::FloatingAddress> wanted_;
};

}  // namespace pulse::daemon
