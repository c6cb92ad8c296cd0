#include "pulse/net/ip_address.h"

#include <algorithm>

#include <arpa/inet.h>

namespace pulse::net {

IpAddress IpAddress::v4(std::uint32_t host_order) {
    IpAddress address;
    for (std::size_t i = 0; i < 4; ++i)
        address.bytes_[i] = static_cast<std::uint8_t>((host_order >> (24 - 8 * i)) & 0xffU);
    return address;
}

IpAddress IpAddress::from_bytes(Family family, std::span<const std::uint8_t> bytes) {
    IpAddress address;
    address.family_ = family;
    std::copy_n(bytes.begin(), family == Family::v4 ? 4 : 16, address.bytes_.begin());
    return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    const std::string terminated(text);
    if (text.find('\0') != std::string_view::npos) return std::nullopt;  // inet_pton would stop there
    const bool colon = text.find(':') != std::string_view::npos;
    Bytes bytes{};
    if (inet_pton(colon ? AF_INET6 : AF_INET, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
    return from_bytes(colon ? Family::v6 : Family::v4, bytes);
}

std::optional<IpAddress> IpAddress::parse_lenient(std::string_view text) {
    if (const auto strict = parse(text)) return strict;
    // inet_aton stops at white space and accepts what follows; only digits, dots and hex letters are an
    // address.
    if (text.empty() || text.find_first_not_of("0123456789.xXabcdefABCDEF") != std::string_view::npos)
        return std::nullopt;
    in_addr parsed{};
    if (inet_aton(std::string(text).c_str(), &parsed) == 0) return std::nullopt;
    return v4(ntohl(parsed.s_addr));
}

std::uint32_t IpAddress::v4_number() const {
    if (!is_v4()) return 0;
    return std::uint32_t{bytes_[0]} << 24U | std::uint32_t{bytes_[1]} << 16U |
           std::uint32_t{bytes_[2]} << 8U | std::uint32_t{bytes_[3]};
}

bool IpAddress::is_loopback() const {
    if (is_v4()) return bytes_[0] == 127;
    Bytes one{};
    one.back() = 1;
    return bytes_ == one;
}

std::string IpAddress::to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
    return text.data();
}

}  // namespace pulse::net
