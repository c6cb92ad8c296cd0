#include "pulse/ipvs/sync_listing.h"

#include <fmt/format.h>

namespace pulse::ipvs {

std::string listing(const Timeouts& timeouts) {
    return fmt::format("Timeout (tcp tcpfin udp): {} {} {}\n", timeouts.tcp.count(), timeouts.tcp_fin.count(),
                       timeouts.udp.count());
}

std::string listing(std::span<const SyncDaemon> daemons) {
    std::string text;
    for (const auto& daemon : daemons) {
        text +=
            fmt::format("{} sync daemon (mcast={}, syncid={}",
                        daemon.role == SyncRole::master ? "master" : "backup", daemon.interface, daemon.id);
        // Kernels before 4.3 say no more.
        if (daemon.max_length) text += fmt::format(", maxlen={}", *daemon.max_length);
        if (daemon.group) text += ", group=" + daemon.group->to_string();
        if (daemon.port) text += fmt::format(", port={}", daemon.port->number);
        if (daemon.ttl) text += fmt::format(", ttl={}", *daemon.ttl);
        text += ")\n";
    }
    return text;
}

}  // namespace pulse::ipvs
