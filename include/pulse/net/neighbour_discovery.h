#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "pulse/net/claim.h"
#include "pulse/net/ip_address.h"
#include "pulse/net/mac.h"

namespace pulse::net {

/// Ethernet, IPv6 and a neighbour advertisement with its link-layer option.
using AdvertisementFrame = std::array<std::uint8_t, 86>;

/// The same with a neighbour solicitation that has no option.
using SolicitationFrame = std::array<std::uint8_t, 78>;

/// The checksum of an ICMPv6 message (RFC 4443 section 2.3), computed over it with its own checksum field 0,
/// in host byte order. Both addresses are IPv6.
[[nodiscard]] std::uint16_t icmpv6_checksum(const IpAddress& source, const IpAddress& destination,
                                            std::span<const std::uint8_t> message);

/// "`address` is at `mac` now", unasked, to all nodes, overriding what they know (RFC 4861 section 7.2.6).
/// `router`: the sender forwards; a neighbour that hears the opposite of what it knew drops its routes.
[[nodiscard]] AdvertisementFrame unsolicited_advertisement(const IpAddress& address, const Mac& mac,
                                                           bool router);

/// "Who has `address`?", asked without claiming it, as duplicate address detection does (RFC 4862 section
/// 5.4.2).
[[nodiscard]] SolicitationFrame solicitation_probe(const IpAddress& address, const Mac& mac);

/// What an IPv6 packet, without its Ethernet header, says about who has an address if it is a valid neighbour
/// advertisement; `sender` is the Ethernet source, taken where the packet names no link-layer address.
[[nodiscard]] std::optional<Claim> claim_in_advertisement(std::span<const std::uint8_t> packet,
                                                          const Mac& sender);

}  // namespace pulse::net
