#include "pulse/ipvs/listing.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "pulse/ipvs/schedulers.h"

namespace pulse::ipvs {

namespace {

std::string_view forwarding_title(Forwarding forwarding) {
    switch (forwarding) {
        case Forwarding::masquerade:
            return "Masq";
        case Forwarding::local:
            return "Local";
        case Forwarding::tunnel:
            return "Tunnel";
        case Forwarding::direct:
            return "Route";
        case Forwarding::bypass:
            return "Bypass";
    }
    return "?";
}

std::string tunnel_info(const Destination& server) {
    if (server.forwarding != Forwarding::tunnel) return "n/a";
    const auto checksum = [&]() -> std::string_view {
        switch (server.tunnel.checksum) {
            case TunnelChecksum::none:
                return "-c";
            case TunnelChecksum::checksum:
                return "+c";
            case TunnelChecksum::remote:
                return "r+c";
        }
        return "?";
    };
    switch (server.tunnel.type) {
        case TunnelType::ipip:
            return "ipip";
        case TunnelType::gue:
            return fmt::format("gue:{}:{}", server.tunnel.port.number, checksum());
        case TunnelType::gre:
            return fmt::format("gre:{}", checksum());
    }
    return "?";
}

/// How ipvsadm fits a number into nine columns: from eight digits on in thousands and so on, cut, not
/// rounded.
std::string large_number(std::uint64_t number, bool exact) {
    constexpr std::uint64_t thousand = 1000;
    constexpr std::uint64_t million = thousand * thousand;
    constexpr std::uint64_t milliard = thousand * million;
    if (exact) return fmt::format(" {:>8}", number);
    if (number < 100 * million) return fmt::format("{:>9}", number);
    if (number < milliard) return fmt::format("{:>8}K", number / thousand);
    if (number < 100 * milliard) return fmt::format("{:>8}M", number / million);
    if (number < 100 * thousand * milliard) return fmt::format("{:>8}G", number / milliard);
    return fmt::format("{:>8}T", number / (thousand * milliard));
}

/// Lines of one listing.
class Lines {
  public:
    explicit Lines(const ListingStyle& style) : style_(style) {}

    [[nodiscard]] std::string of(const DumpedService& service) const {
        const auto name = service_name(service.service.id);
        if (counts()) return fmt::format("{:<33}{}\n", name, numbers(service.statistics));
        return name + " " + service_flags(service.service) + "\n";
    }

    [[nodiscard]] std::string of(const ServiceId& service, const DumpedDestination& server) const {
        const auto& made = server.destination;
        const auto& connections = server.connections;
        auto endpoint = endpoint_text(made.endpoint, service.protocol, style_.naming);
        constexpr std::size_t ipv4_width = 28;
        if (made.endpoint.address.is_v4() && endpoint.size() > ipv4_width) endpoint.resize(ipv4_width);
        if (counts()) return fmt::format("  -> {:<28}{}\n", endpoint, numbers(server.statistics));
        const auto line = fmt::format("  -> {:<28} ", endpoint);
        switch (style_.columns) {
            case Columns::tunnels:
                return line + fmt::format("{:<7} {:<13} {:<6} {:<10} {:<10}\n",
                                          forwarding_title(made.forwarding), tunnel_info(made), made.weight,
                                          connections.active, connections.inactive);
            case Columns::thresholds:
                return line + fmt::format("{:<10} {:<10} {:<10} {:<10}\n", made.upper_threshold,
                                          made.lower_threshold, connections.active, connections.inactive);
            case Columns::persistent_connections:
                return line + fmt::format("{:<9} {:<11} {:<10} {:<10}\n", made.weight, connections.persistent,
                                          connections.active, connections.inactive);
            case Columns::standard:
            case Columns::statistics:
            case Columns::rates:
                break;
        }
        return line + fmt::format("{:<7} {:<6} {:<10} {:<10}\n", forwarding_title(made.forwarding),
                                  made.weight, connections.active, connections.inactive);
    }

  private:
    /// Whether the columns are counters instead of settings.
    [[nodiscard]] bool counts() const {
        return style_.columns == Columns::statistics || style_.columns == Columns::rates;
    }

    [[nodiscard]] std::string numbers(const Statistics& statistics) const {
        const bool rates = style_.columns == Columns::rates;
        const auto& shown = rates ? statistics.per_second : statistics.total;
        const auto large = [&](std::uint64_t number) { return large_number(number, style_.exact); };
        // Rates of connections and packets are never abbreviated.
        const auto first = [&](std::uint64_t number) {
            return rates ? fmt::format(" {:>8}", number) : large(number);
        };
        return first(shown.connections) + first(shown.in_packets) + first(shown.out_packets) +
               large(shown.in_bytes) + large(shown.out_bytes);
    }

    [[nodiscard]] std::string service_name(const ServiceId& id) const {
        if (id.is_mark())
            return fmt::format("FWM  {}{}", id.mark.number, id.family == net::Family::v6 ? " IPv6" : "");
        std::string protocol(net::name(id.protocol));
        std::ranges::transform(protocol, protocol.begin(),
                               [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        auto text = fmt::format("{:<4} {}", protocol, endpoint_text(id.endpoint, id.protocol, style_.naming));
        constexpr std::size_t ipv4_width = 33;  // ipvsadm cuts IPv4 here and lets IPv6 run on
        if (id.family == net::Family::v4 && text.size() > ipv4_width) text.resize(ipv4_width);
        return text;
    }

    [[nodiscard]] static std::string service_flags(const Service& service) {
        auto text = service.scheduler;
        if (const auto names = scheduler_flag_names(service.scheduler, service.scheduler_flags);
            !names.empty())
            text += " (" + names + ")";
        if (service.persistence) {
            text += fmt::format(" persistent {}", service.persistence->timeout.count());
            if (!service.persistence->mask.is_host())
                text += " mask " + service.persistence->mask.to_string();
            if (!service.engine.empty()) text += " pe " + service.engine;
        }
        return service.one_packet ? text + " ops" : text;
    }

    const ListingStyle& style_;
};

}  // namespace

std::string KernelInfo::version_text() const {
    return fmt::format("{}.{}.{}", version >> 16U & 0xffU, version >> 8U & 0xffU, version & 0xffU);
}

std::string listing_version(const KernelInfo& info) {
    return fmt::format("IP Virtual Server version {} (size={})\n", info.version_text(),
                       info.connection_table_size);
}

std::string listing_titles(Columns columns) {
    constexpr std::string_view service = "Prot LocalAddress:Port";
    constexpr std::string_view server = "  -> RemoteAddress:Port";
    switch (columns) {
        case Columns::standard:
            return fmt::format("{} Scheduler Flags\n{:<33} Forward Weight ActiveConn InActConn\n", service,
                               server);
        case Columns::tunnels:
            return fmt::format(
                "{} Scheduler Flags\n{:<33} Forward TunnelInfo    Weight ActiveConn InActConn\n", service,
                server);
        case Columns::statistics:
            return fmt::format("{:<33} {:>8} {:>8} {:>8} {:>8} {:>8}\n{}\n", service, "Conns", "InPkts",
                               "OutPkts", "InBytes", "OutBytes", server);
        case Columns::rates:
            return fmt::format("{:<33} {:>8} {:>8} {:>8} {:>8} {:>8}\n{}\n", service, "CPS", "InPPS",
                               "OutPPS", "InBPS", "OutBPS", server);
        case Columns::thresholds:
            return fmt::format("{:<33} {:<10} {:<10} {:<10} {:<10}\n{}\n", service, "Uthreshold",
                               "Lthreshold", "ActiveConn", "InActConn", server);
        case Columns::persistent_connections:
            return fmt::format("{:<33} {:<9} {:<11} {:<10} {:<10}\n{}\n", service, "Weight", "PersistConn",
                               "ActiveConn", "InActConn", server);
    }
    return {};
}

std::string listing(const Dump& dump, const ListingStyle& style) {
    const Lines lines(style);
    std::string text;
    for (const auto& service : dump) {
        text += lines.of(service);
        for (const auto& server : service.destinations) text += lines.of(service.service.id, server);
    }
    return text;
}

}  // namespace pulse::ipvs
