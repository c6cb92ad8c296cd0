#include "pulse/net/netmask.h"

#include <bit>

#include "pulse/base/text.h"

namespace pulse::net {

Netmask Netmask::prefix(Family family, int length) {
    IpAddress::Bytes bytes{};
    for (std::size_t i = 0; i < bytes.size() && length > 0; ++i, length -= 8)
        bytes[i] = static_cast<std::uint8_t>(length >= 8 ? 0xffU : 0xff00U >> static_cast<unsigned>(length));
    return Netmask(IpAddress::from_bytes(family, bytes));
}

std::optional<Netmask> Netmask::parse(std::string_view text, Family family) {
    if (const auto length = parse_decimal<int>(text)) {
        if (*length < 0 || *length > address_bits(family)) return std::nullopt;
        return prefix(family, *length);
    }
    const auto bits = IpAddress::parse(text);
    if (family != Family::v4 || !bits || !bits->is_v4()) return std::nullopt;
    return Netmask(*bits);
}

std::optional<int> Netmask::length() const {
    int ones = 0;
    bool ended = false;
    for (const auto byte : bits_.bytes()) {
        const int leading = std::countl_one(byte);
        if (ended ? byte != 0 : static_cast<std::uint8_t>(byte << static_cast<unsigned>(leading)) != 0)
            return std::nullopt;
        ones += leading;
        ended = ended || leading < 8;
    }
    return ones;
}

std::string Netmask::to_string() const {
    if (family() == Family::v4) return bits_.to_string();
    const auto prefix_length = length();
    return prefix_length ? std::to_string(*prefix_length) : bits_.to_string();
}

IpAddress last_address(const IpAddress& address, const Netmask& mask) {
    auto bytes = address.padded_bytes();
    const auto bits = mask.bits().bytes();
    for (std::size_t i = 0; i < bits.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(bytes[i] | static_cast<std::uint8_t>(~bits[i]));
    return IpAddress::from_bytes(address.family(), bytes);
}

bool same_network(const IpAddress& a, const IpAddress& b, const Netmask& mask) {
    if (a.family() != b.family() || a.family() != mask.family()) return false;
    return last_address(a, mask) == last_address(b, mask);
}

}  // namespace pulse::net
