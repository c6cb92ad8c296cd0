#include "pulse/net/arp.h"

#include <algorithm>
#include <span>

namespace pulse::net {

namespace {

/// Writes fields one after the other into a frame.
class FrameWriter {
  public:
    explicit FrameWriter(ArpFrame& frame) : at_(frame.begin()) {}

    void put(std::span<const std::uint8_t> bytes) { at_ = std::copy(bytes.begin(), bytes.end(), at_); }
    void put16(std::uint16_t host_order) {
        *at_++ = static_cast<std::uint8_t>(host_order >> 8U);
        *at_++ = static_cast<std::uint8_t>(host_order & 0xffU);
    }

  private:
    ArpFrame::iterator at_;
};

}  // namespace

ArpFrame encode(const ArpPacket& packet) {
    constexpr std::uint16_t ethertype_arp = 0x0806;
    constexpr std::uint16_t hardware_ethernet = 1;
    constexpr std::uint16_t protocol_ipv4 = 0x0800;
    constexpr std::uint16_t address_lengths = 0x0604;
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

}  // namespace pulse::net
