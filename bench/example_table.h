#pragma once

#include <string>

#include "pulse/ipvs/plan.h"
#include "pulse/ipvs/spelling.h"

namespace pulse::bench {

/// A farm of `services` with `servers` each, all different.
inline ipvs::Table table_of(unsigned services, unsigned servers) {
    ipvs::Table table;
    for (unsigned s = 0; s < services; ++s) {
        ipvs::ServiceEntry entry;
        entry.service.id = ipvs::ServiceId::at(
            net::Protocol::tcp,
            {net::IpAddress::v4(0x0a000000 + s / 250 + 1), {static_cast<std::uint16_t>(1000 + s % 250)}});
        for (unsigned d = 0; d < servers; ++d) {
            const net::Endpoint endpoint{net::IpAddress::v4(0x0a010000 + s % 200 * 256 + d + 1), {80}};
            entry.destinations[endpoint] = {.endpoint = endpoint, .forwarding = ipvs::Forwarding::masquerade};
        }
        table.emplace(entry.service.id, std::move(entry));
    }
    return table;
}

/// The table as a file for `ipvsadm -R`.
inline std::string restore_file(const ipvs::Table& table) {
    std::string text;
    for (const auto& step : ipvs::plan({}, table)) text += ipvs::spelling(step) + '\n';
    return text;
}

}  // namespace pulse::bench
