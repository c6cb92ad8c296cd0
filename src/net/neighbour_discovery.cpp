#include "pulse/net/neighbour_discovery.h"

#include <algorithm>
#include <array>

#include "frame_writer.h"

namespace pulse::net {

namespace {

constexpr std::uint16_t ethertype_ipv6 = 0x86dd;
constexpr std::uint8_t next_header_icmpv6 = 58;
constexpr std::uint8_t hop_limit = 255;  // proves that no router has passed it on
constexpr std::uint8_t type_solicitation = 135;
constexpr std::uint8_t type_advertisement = 136;
constexpr std::uint8_t option_target_link_layer = 2;
constexpr std::uint8_t flag_router = 0x80;
constexpr std::uint8_t flag_override = 0x20;
constexpr std::size_t ethernet_size = 14;
constexpr std::size_t ipv6_size = 40;
constexpr std::size_t message_size = 24;  // a solicitation or advertisement without options
constexpr std::size_t checksum_at = 2;    // in the message

IpAddress all_nodes() {  // ff02::1
    return IpAddress::from_bytes(Family::v6, std::array<std::uint8_t, 16>{0xff, 0x02, 0, 0, 0, 0, 0, 0,  //
                                                                          0, 0, 0, 0, 0, 0, 0, 1});
}

IpAddress solicited_node(const IpAddress& address) {  // ff02::1:ff00:0 and the address's last three bytes
    std::array<std::uint8_t, 16> bytes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0};
    std::ranges::copy(address.bytes().last(3), bytes.end() - 3);
    return IpAddress::from_bytes(Family::v6, bytes);
}

/// 33:33 and the last four bytes of the group (RFC 2464 section 7).
Mac multicast_mac(const IpAddress& group) {
    Mac mac{{0x33, 0x33, 0, 0, 0, 0}};
    std::ranges::copy(group.bytes().last(4), mac.bytes.begin() + 2);
    return mac;
}

void put_headers(FrameWriter& out, const Mac& mac, const IpAddress& source, const IpAddress& group,
                 std::size_t payload) {
    out.put(multicast_mac(group).bytes);
    out.put(mac.bytes);
    out.put16(ethertype_ipv6);
    constexpr std::uint16_t version_6 = 0x6000;
    out.put16(version_6);
    out.put16(0);  // flow label
    out.put16(static_cast<std::uint16_t>(payload));
    out.put8(next_header_icmpv6);
    out.put8(hop_limit);
    out.put(source.bytes());
    out.put(group.bytes());
}

/// Type, code, no checksum yet, flags, target.
void put_message(FrameWriter& out, std::uint8_t type, std::uint8_t flags, const IpAddress& target) {
    out.put8(type);
    out.put8(0);
    out.put16(0);
    out.put8(flags);
    out.put8(0);
    out.put16(0);
    out.put(target.bytes());
}

void add_checksum(std::span<std::uint8_t> frame, const IpAddress& source, const IpAddress& group) {
    const auto message = frame.subspan(ethernet_size + ipv6_size);
    FrameWriter(message.subspan(checksum_at, 2)).put16(icmpv6_checksum(source, group, message));
}

std::uint32_t sum(std::span<const std::uint8_t> bytes) {
    std::uint32_t total = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        total += i % 2 == 0 ? static_cast<std::uint32_t>(bytes[i]) << 8U : bytes[i];
    return total;
}

}  // namespace

std::uint16_t icmpv6_checksum(const IpAddress& source, const IpAddress& destination,
                              std::span<const std::uint8_t> message) {
    auto total = sum(source.bytes()) + sum(destination.bytes()) + sum(message) +
                 static_cast<std::uint32_t>(message.size()) + next_header_icmpv6;
    while (total > 0xffffU) total = (total & 0xffffU) + (total >> 16U);
    return static_cast<std::uint16_t>(~total & 0xffffU);
}

AdvertisementFrame unsolicited_advertisement(const IpAddress& address, const Mac& mac, bool router) {
    AdvertisementFrame frame{};
    FrameWriter out(frame);
    put_headers(out, mac, address, all_nodes(), frame.size() - ethernet_size - ipv6_size);
    put_message(out, type_advertisement, router ? flag_router | flag_override : flag_override, address);
    out.put8(option_target_link_layer);
    out.put8(1);  // its length in units of 8 bytes
    out.put(mac.bytes);
    add_checksum(frame, address, all_nodes());
    return frame;
}

SolicitationFrame solicitation_probe(const IpAddress& address, const Mac& mac) {
    SolicitationFrame frame{};
    FrameWriter out(frame);
    const auto nobody = IpAddress::from_bytes(Family::v6, IpAddress::Bytes{});
    const auto group = solicited_node(address);
    put_headers(out, mac, nobody, group, frame.size() - ethernet_size - ipv6_size);
    put_message(out, type_solicitation, 0, address);
    add_checksum(frame, nobody, group);
    return frame;
}

std::optional<Claim> claim_in_advertisement(std::span<const std::uint8_t> packet, const Mac& sender) {
    if (packet.size() < ipv6_size + message_size) return std::nullopt;
    const auto message_length = static_cast<std::size_t>((packet[4] << 8U) | packet[5]);
    const bool from_this_link =
        packet[0] >> 4U == 6 && packet[6] == next_header_icmpv6 && packet[7] == hop_limit;
    if (!from_this_link || message_length < message_size || message_length > packet.size() - ipv6_size)
        return std::nullopt;
    const auto message = packet.subspan(ipv6_size, message_length);
    if (message[0] != type_advertisement || message[1] != 0) return std::nullopt;
    const auto source = IpAddress::from_bytes(Family::v6, packet.subspan(8, 16));
    const auto destination = IpAddress::from_bytes(Family::v6, packet.subspan(24, 16));
    // Over a message with its checksum in place the sum comes out as 0.
    if (icmpv6_checksum(source, destination, message) != 0) return std::nullopt;

    Claim claim{.address = IpAddress::from_bytes(Family::v6, message.subspan(8, 16)), .mac = sender};
    for (auto options = message.subspan(message_size); options.size() >= 8;) {
        const auto size = static_cast<std::size_t>(options[1]) * 8;
        if (size == 0 || size > options.size()) return std::nullopt;
        if (options[0] == option_target_link_layer && size == 8)
            std::ranges::copy(options.subspan(2, claim.mac.bytes.size()), claim.mac.bytes.begin());
        options = options.subspan(size);
    }
    return claim;
}

}  // namespace pulse::net
