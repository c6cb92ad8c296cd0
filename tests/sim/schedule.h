#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "pulse/base/time.h"

namespace pulse::sim {

/// What can go wrong, or be done, to two routers and the two ways between them.
enum class Kind : std::uint8_t {
    cut,          ///< way `which` (0, 1) no longer carries what router `node` sends
    mend,         ///< it does again
    lose,         ///< way `which` loses `amount` percent
    delay,        ///< way `which` delays by up to `amount` hundredths of keepalive
    duplicate,    ///< way `which` delivers `amount` percent twice
    freeze,       ///< router `node` is stopped for `amount` hundredths of deadtime (SIGSTOP, SIGCONT)
    suspend,      ///< the same, and its monotonic clock stands still meanwhile (a suspended machine)
    kill,         ///< kill -9 of pulse: lvsd ends, addresses and table stay
    power_off,    ///< everything of the router is gone
    start,        ///< pulse is started if it does not run
    stop,         ///< SIGTERM
    order,        ///< pulsectl failover
    link_down,    ///< a device that the service needs loses its link
    link_up,      ///< …
    links,        ///< `amount` of two watched devices have their link
    pings,        ///< `amount` of two ping nodes answer
    lvsd_dies,    ///< once
    lvsd_breaks,  ///< it dies, and each one started after it
    lvsd_hangs,   ///< none that is started gets ready
    lvsd_mends,   ///< …
    reload,       ///< with another lvs.cf if `amount` is odd
    replay,       ///< a stranger sends `amount` recorded datagrams to router `node` again
    garbage,      ///< a stranger sends what is signed with no key
    servers,      ///< router `node` reaches `amount` of four real servers
    partner,      ///< reload with backup_active = `amount` (the primary alone may)
    details,      ///< reload without a key (`amount` 0), or with it
    warm,         ///< reload with standby = cold (`amount` 0), or warm
    paths,        ///< reload with one path (`amount` 0), or two
};
inline constexpr int fault_kinds = static_cast<int>(Kind::garbage) + 1;
inline constexpr int kinds = static_cast<int>(Kind::paths) + 1;

struct Blow {
    Duration at{};  ///< since the beginning
    Kind kind = Kind::cut;
    unsigned node = 0;  ///< 0: primary, 1: backup
    unsigned which = 0;
    unsigned amount = 0;
};

/// How the pair is set up.
struct Setup {
    Duration keepalive = std::chrono::seconds(1);
    Duration deadtime = std::chrono::seconds(3);
    bool details = true;  ///< format 2
    bool signs = false;   ///< messages really travel as signed bytes; slower
    bool warm = false;
    bool auto_failback = false;
    bool synchronised = false;
    Duration initdead{0};
    Duration failback_delay{0};
    Duration backup_starts_after{0};
    bool automatic_links = false;  ///< monitor_links is absent
    bool prefer_servers = false;
    unsigned lvsd_takes = 40;  ///< at most, to get ready: hundredths of deadtime; 200 is the limit it is given
    std::array<unsigned, 2> servers_at_end{4, 4};  ///< that each router reaches after all else is mended
    int drift = 0;                                 ///< parts per thousand that the backup's clock runs faster
    bool one_stays_down = false;  ///< after everything is mended, a router that is down is not started
};

struct Schedule {
    std::uint64_t seed = 1;  ///< of loss, delays and the like
    Setup setup;
    std::vector<Blow> blows;  ///< in order of time
    Duration end{};           ///< everything is mended then
};

/// A schedule made of nothing but its number: faults of machines, ways and lvsds, and orders.
[[nodiscard]] Schedule fault_schedule(std::uint64_t seed);

/// The same with real servers that are not reached, reloads of what the machine depends on, and all settings.
[[nodiscard]] Schedule random_schedule(std::uint64_t seed);

/// Schedule number `index` of all those with `depth` blows of a small set, one each deadtime and a half.
[[nodiscard]] Schedule small_schedule(std::uint64_t index, int depth);
/// How many there are.
[[nodiscard]] std::uint64_t small_schedules(int depth);

/// For people, one blow a line.
[[nodiscard]] std::string to_string(const Schedule& schedule);

}  // namespace pulse::sim
