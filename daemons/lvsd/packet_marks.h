#pragma once

#include <optional>
#include <string>

#include "pulse/base/time.h"
#include "pulse/config/config.h"
#include "pulse/kernel/nftables.h"

namespace pulse::lvsd {

/// Keeps the rules that mark packets for services with `mark_ports`. Without such a service nftables is left
/// alone, and need not be there.
class PacketMarks {
  public:
    /// Makes the rules those of this configuration. What fails is logged, and tried again by `look`.
    void want(const config::Config& config);

    /// Puts the rules back if somebody else has changed them. Does something only now and then, for reading
    /// them costs more than reading the IPVS table.
    void look(TimePoint now);

    /// Takes the rules out.
    void remove();

  private:
    [[nodiscard]] Result<void> apply();
    void attempt();

    std::optional<kernel::NftTable> table_;
    std::string rules_;    ///< wanted
    std::string applied_;  ///< how the kernel shows them; empty while they could not be set
    TimePoint look_at_{};
    bool complained_ = false;
};

}  // namespace pulse::lvsd
