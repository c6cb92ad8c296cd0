#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "pulse/net/ip_address.h"

namespace pulse::net {

/// Which bits of an address name the network. IPVS accepts any bits in an IPv4 persistence mask, so a mask
/// need not be a prefix.
class Netmask {
  public:
    /// 0.0.0.0
    Netmask() = default;

    /// The first `length` bits; `length` must be within 0 and the family's number of bits.
    [[nodiscard]] static Netmask prefix(Family family, int length);

    /// "255.255.255.0" (IPv4) or a prefix length ("24", "64") read for `family`.
    [[nodiscard]] static std::optional<Netmask> parse(std::string_view text, Family family);

    [[nodiscard]] const IpAddress& bits() const { return bits_; }
    [[nodiscard]] Family family() const { return bits_.family(); }

    /// All ones.
    [[nodiscard]] static Netmask host(Family family) { return prefix(family, address_bits(family)); }

    /// An IPv4 mask of any bits.
    [[nodiscard]] static Netmask dotted(IpAddress bits) { return Netmask(bits); }

    /// The prefix length, if the mask is one: 255.0.255.0 is not.
    [[nodiscard]] std::optional<int> length() const;

    /// All ones: a single address.
    [[nodiscard]] bool is_host() const { return length() == address_bits(family()); }

    /// "255.255.255.0" or, for IPv6, "64".
    [[nodiscard]] std::string to_string() const;

    friend auto operator<=>(const Netmask&, const Netmask&) = default;

  private:
    explicit Netmask(IpAddress bits) : bits_(bits) {}
    IpAddress bits_;
};

/// `address` with the bits outside `mask` set: the broadcast address of its network. Same family required.
[[nodiscard]] IpAddress last_address(const IpAddress& address, const Netmask& mask);

/// Whether two addresses are of one family and one network under `mask`.
[[nodiscard]] bool same_network(const IpAddress& a, const IpAddress& b, const Netmask& mask);

}  // namespace pulse::net
