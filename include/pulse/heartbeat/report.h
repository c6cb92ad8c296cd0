#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace pulse::heartbeat {

/// Which of the two routers one is; decided by address, never changes.
enum class Identity : std::uint8_t { primary = 1, backup = 2 };

/// What a router is doing with the role.
enum class Standing : std::uint8_t { standby = 0, starting = 1, active = 2 };

/// The first bytes of the SHA-256 of what an lvs.cf means.
using Digest = std::array<std::uint8_t, 16>;

/// What a router says of itself. A classic heartbeat carries `claims()` only; format 2 carries all of it.
struct Report {
    Identity sender = Identity::primary;
    Standing standing = Standing::standby;
    bool unsure = false;    ///< was away (stopped, starved) and is finding out whether it still has the role
    bool stopping = false;  ///< is about to end
    bool able = false;      ///< could have the role: links, lvsd and operator permitting
    bool ready = false;     ///< its table is programmed: the role would cost it only the addresses
    bool offers = false;    ///< wants to give the role away, and waits until the other side is ready
    bool wants = false;     ///< wants to be given the role
    bool hears = false;     ///< has heard the receiver within its deadtime
    std::chrono::milliseconds active_for{0};  ///< since it claimed the role; 0 on standby
    std::uint16_t links_up = 0;               ///< of the devices that monitor_links watches
    std::uint16_t pings_up = 0;               ///< of the nodes that `ping` and `ping_group` name
    std::uint64_t connections = 0;            ///< in its connection table; 0 where nobody counts
    std::int64_t config_serial = 0;           ///< serial_no of its lvs.cf
    Digest config_digest{};
    /// How much of the configured weight of real servers its checks find up, in permille; nullopt: it does
    /// not know, for it runs no checks or not all have spoken.
    std::optional<std::uint16_t> served;

    /// Whether the sender has the role, or is taking it.
    [[nodiscard]] constexpr bool claims() const { return standing != Standing::standby; }

    /// What it sees of the world; the router that sees more should have the role.
    [[nodiscard]] unsigned sees() const { return static_cast<unsigned>(links_up) + pings_up; }

    friend bool operator==(const Report&, const Report&) = default;
};

}  // namespace pulse::heartbeat
