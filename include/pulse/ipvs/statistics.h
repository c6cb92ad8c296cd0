#pragma once

#include <cstdint>

namespace pulse::ipvs {

/// One set of numbers IPVS counts: of all time, or for each second.
struct Counters {
    std::uint64_t connections = 0;
    std::uint64_t in_packets = 0;
    std::uint64_t out_packets = 0;
    std::uint64_t in_bytes = 0;
    std::uint64_t out_bytes = 0;

    friend bool operator==(const Counters&, const Counters&) = default;
};

/// What the kernel has counted for a service or a server.
struct Statistics {
    Counters total;       ///< since it was added or zeroed
    Counters per_second;  ///< the kernel's estimate over the last seconds

    friend bool operator==(const Statistics&, const Statistics&) = default;
};

}  // namespace pulse::ipvs
