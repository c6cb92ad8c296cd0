#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pulse::net {

/// An Ethernet hardware address.
struct Mac {
    std::array<std::uint8_t, 6> bytes{};

    [[nodiscard]] static constexpr Mac broadcast() { return {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }

    /// 12 hex digits of either case, a colon allowed after each pair: "02:00:00:00:00:01", "0200ABCDEF01".
    [[nodiscard]] static std::optional<Mac> parse(std::string_view text);

    /// "02:00:00:00:00:01"
    [[nodiscard]] std::string to_string() const;

    friend auto operator<=>(const Mac&, const Mac&) = default;
};

}  // namespace pulse::net
