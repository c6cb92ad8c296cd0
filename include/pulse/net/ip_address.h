#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pulse::net {

enum class Family : std::uint8_t { v4, v6 };

/// An IPv4 or IPv6 address. Ordered by family, then by number, so that 10.0.0.1 comes before 192.168.1.1.
class IpAddress {
  public:
    using Bytes = std::array<std::uint8_t, 16>;

    /// 0.0.0.0
    IpAddress() = default;

    /// From a number in host byte order: 0x0a000001 is 10.0.0.1.
    [[nodiscard]] static IpAddress v4(std::uint32_t host_order);

    /// From the first 4 (IPv4) or 16 (IPv6) of `bytes`, network byte order. `bytes` must be that long.
    [[nodiscard]] static IpAddress from_bytes(Family family, std::span<const std::uint8_t> bytes);

    /// Dotted quad or RFC 4291 text, nothing around it.
    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

    /// As `parse`, and the short IPv4 forms inet_aton(3) knows: "10.1" is 10.0.0.1.
    [[nodiscard]] static std::optional<IpAddress> parse_lenient(std::string_view text);

    [[nodiscard]] Family family() const { return family_; }
    [[nodiscard]] bool is_v4() const { return family_ == Family::v4; }

    /// 4 or 16 bytes in network byte order.
    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {bytes_.data(), is_v4() ? 4U : 16U}; }

    /// Always 16 bytes, an IPv4 address in the first four: the shape IPVS uses.
    [[nodiscard]] const Bytes& padded_bytes() const { return bytes_; }

    /// The IPv4 address as a number in host byte order; 0 for IPv6.
    [[nodiscard]] std::uint32_t v4_number() const;

    /// 0.0.0.0 or ::
    [[nodiscard]] bool is_unspecified() const { return bytes_ == Bytes{}; }
    [[nodiscard]] bool is_loopback() const;

    /// "10.0.0.1", "fd00::a"
    [[nodiscard]] std::string to_string() const;

    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

  private:
    Family family_ = Family::v4;
    Bytes bytes_{};
};

/// 32 or 128: how many bits an address of this family has.
[[nodiscard]] constexpr int address_bits(Family family) { return family == Family::v4 ? 32 : 128; }

}  // namespace pulse::net
