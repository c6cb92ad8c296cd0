#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pulse::load {

/// The UDP port that rwhod(8) broadcasts to.
inline constexpr unsigned short rwho_port = 513;

/// What a host's rwhod says of it every few minutes.
struct RwhoPacket {
    std::string host;  ///< as it calls itself
    double load = 0;   ///< average of one minute

    friend bool operator==(const RwhoPacket&, const RwhoPacket&) = default;
};

/// A datagram of rwhod, version 1, status: `struct whod` of <protocols/rwhod.h>, numbers in network byte
/// order. nullopt for anything else.
[[nodiscard]] std::optional<RwhoPacket> parse_rwho(std::string_view datagram);

}  // namespace pulse::load
