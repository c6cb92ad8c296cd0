#include "pulse/net/arp.h"

#include <algorithm>
#include <span>

#include "frame_writer.h"

namespace pulse::net {

namespace {

constexpr std::uint16_t ethertype_arp = 0x0806;
constexpr std::uint16_t hardware_ethernet = 1;
constexpr std::uint16_t protocol_ipv4 = 0x0800;
constexpr std::uint16_t address_lengths = 0x0604;

}  // namespace

ArpFrame encode(const ArpPacket& packet) {
    ArpFrame frame{};
    FrameWriter out(frame);
    out.put(packet.ethernet_destination.bytes);
    out.put(packet.ethernet_source.bytes);
    out.put16(ethertype_arp);
    out.put16(hardware_ethernet);
    out.put16(protocol_ipv4);
    out.put16(address_lengths);
    out.put16(static_cast<std::uint16_t>(packet.operation));
    out.put(packet.sender_mac.bytes);
    out.put(packet.sender_ip.bytes().first(4));
    out.put(packet.target_mac.bytes);
    out.put(packet.target_ip.bytes().first(4));
    return frame;
}

ArpPacket gratuitous_arp(ArpOperation operation, const IpAddress& address, const Mac& mac,
                         const Mac& destination) {
    return ArpPacket{.ethernet_destination = destination,
                     .ethernet_source = mac,
                     .operation = operation,
                     .sender_mac = mac,
                     .sender_ip = address,
                     // A request does not know the target; the original's reply repeats the sender.
                     .target_mac = operation == ArpOperation::reply ? mac : Mac{},
                     .target_ip = address};
}

ArpPacket arp_probe(const IpAddress& address, const Mac& mac) {
    return ArpPacket{.ethernet_destination = Mac::broadcast(),
                     .ethernet_source = mac,
                     .operation = ArpOperation::request,
                     .sender_mac = mac,
                     .sender_ip = {},
                     .target_mac = {},
                     .target_ip = address};
}

std::optional<Claim> claim_in_arp(std::span<const std::uint8_t> packet) {
    constexpr std::size_t size = 28;
    if (packet.size() < size) return std::nullopt;
    const auto number16 = [&](std::size_t at) { return (packet[at] << 8U) | packet[at + 1]; };
    const bool ethernet_ipv4 =
        number16(0) == hardware_ethernet && number16(2) == protocol_ipv4 && number16(4) == address_lengths;
    if (!ethernet_ipv4 || number16(6) < 1 || number16(6) > 2) return std::nullopt;
    Claim claim;
    std::ranges::copy(packet.subspan(8, claim.mac.bytes.size()), claim.mac.bytes.begin());
    claim.address = IpAddress::from_bytes(Family::v4, packet.subspan(14, 4));
    if (claim.address.is_unspecified()) return std::nullopt;
    return claim;
}

}  // namespace pulse::net
