#pragma once

#include <vector>

#include "pulse/base/result.h"
#include "pulse/net/claim.h"
#include "pulse/net/interface.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::kernel {

/// Hears neighbours say which addresses they have: ARP replies, gratuitous ARP and neighbour advertisements,
/// on every device (packet(7)). A filter in the kernel drops everything else. Needs CAP_NET_RAW.
class ClaimListener {
  public:
    [[nodiscard]] static Result<ClaimListener> open();

    /// A claim and where it was heard.
    struct Heard {
        net::Claim claim;
        int link_index = 0;
    };

    /// Readable when there may be something to read: of ARP, and of IPv6.
    [[nodiscard]] int arp_descriptor() const { return arp_.get(); }
    [[nodiscard]] int ipv6_descriptor() const { return ipv6_.get(); }

    /// Some of what was heard, without waiting. What is sent from this host is not heard.
    [[nodiscard]] std::vector<Heard> read();

  private:
    ClaimListener(runtime::UniqueFd arp, runtime::UniqueFd ipv6)
        : arp_(std::move(arp)), ipv6_(std::move(ipv6)) {}
    runtime::UniqueFd arp_;
    runtime::UniqueFd ipv6_;
};

}  // namespace pulse::kernel
