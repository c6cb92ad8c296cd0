#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "pulse/net/claim.h"
#include "pulse/net/ip_address.h"
#include "pulse/net/mac.h"

namespace pulse::net {

/// A minimal Ethernet frame without its checksum.
using ArpFrame = std::array<std::uint8_t, 60>;

enum class ArpOperation : std::uint16_t { request = 1, reply = 2 };

/// The fields of an Ethernet/IPv4 ARP packet (RFC 826).
struct ArpPacket {
    Mac ethernet_destination = Mac::broadcast();
    Mac ethernet_source;
    ArpOperation operation = ArpOperation::request;
    Mac sender_mac;
    IpAddress sender_ip;
    Mac target_mac;
    IpAddress target_ip;
};

/// The packet as it goes on the wire, padded with zeros.
[[nodiscard]] ArpFrame encode(const ArpPacket& packet);

/// An announcement "`address` is at `mac`" to `destination` (RFC 5227 section 3). The request form updates
/// most neighbours; the reply form, which the original sends, those that ignore unsolicited requests.
[[nodiscard]] ArpPacket gratuitous_arp(ArpOperation operation, const IpAddress& address, const Mac& mac,
                                       const Mac& destination = Mac::broadcast());

/// "Who has `address`?", asked without claiming it (RFC 5227 section 2.1.1): no neighbour learns anything.
[[nodiscard]] ArpPacket arp_probe(const IpAddress& address, const Mac& mac);

/// What an ARP packet, without its Ethernet header, says about who has its sender's address. nullopt for a
/// probe, which claims nothing, and for what is no Ethernet/IPv4 ARP.
[[nodiscard]] std::optional<Claim> claim_in_arp(std::span<const std::uint8_t> packet);

}  // namespace pulse::net
