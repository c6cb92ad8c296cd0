// Any bytes at all as an ARP packet and as an IPv6 packet from a neighbour.

#include <span>

#include "pulse/net/arp.h"
#include "pulse/net/neighbour_discovery.h"

#include "fuzz.h"

namespace {

using namespace pulse::net;
using pulse::fuzz::require;

constexpr std::size_t ethernet_size = 14;

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span packet(data, size);
    constexpr Mac sender{{2, 0, 0, 0, 0, 1}};
    if (const auto claim = claim_in_arp(packet)) {
        require(claim->address.is_v4() && !claim->address.is_unspecified());
        // Whoever says the same as plainly as can be is understood to say the same.
        const auto plain = encode(gratuitous_arp(ArpOperation::reply, claim->address, claim->mac));
        require(claim_in_arp(std::span(plain).subspan(ethernet_size)) == claim);
    }
    if (const auto claim = claim_in_advertisement(packet, sender)) {
        require(!claim->address.is_v4());
        const auto plain = unsolicited_advertisement(claim->address, claim->mac, false);
        require(claim_in_advertisement(std::span(plain).subspan(ethernet_size), sender) == claim);
    }
    return 0;
}
