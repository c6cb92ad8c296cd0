#include "pulse/ipvs/listing.h"

#include <cctype>
#include <iterator>

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
void add_large_number(std::string& text, std::uint64_t number, bool exact) {
    constexpr std::uint64_t thousand = 1000;
    constexpr std::uint64_t million = thousand * thousand;
    constexpr std::uint64_t milliard = thousand * million;
    const auto add = [&](std::uint64_t shown, std::string_view letter) {
        fmt::format_to(std::back_inserter(text), "{:>{}}{}", shown, 9 - letter.size(), letter);
    };
    if (exact) {
        text += ' ';
        fmt::format_to(std::back_inserter(text), "{:>8}", number);
    } else if (number < 100 * million) {
        add(number, "");
    } else if (number < milliard) {
        add(number / thousand, "K");
    } else if (number < 100 * milliard) {
        add(number / million, "M");
    } else if (number < 100 * thousand * milliard) {
        add(number / milliard, "G");
    } else {
        add(number / (thousand * milliard), "T");
    }
}

/// A table may have tens of thousands of lines: they are added to one text, which a caller can use again.
class Lines {
  public:
    Lines(std::string& text, const ListingStyle& style) : text_(text), style_(style) {}

    void add(const DumpedService& service) {
        const auto begin = text_.size();
        add_name(service.service.id);
        if (counts()) {
            pad(begin, 33);
            add_numbers(service.statistics);
        } else {
            text_ += ' ';
            add_flags(service.service);
        }
        text_ += '\n';
    }

    void add(const ServiceId& service, const DumpedDestination& server) {
        const auto& made = server.destination;
        const auto& connections = server.connections;
        text_ += "  -> ";
        const auto begin = text_.size();
        constexpr std::size_t width = 28;  // IPv4 is cut to it, IPv6 runs on
        text_ += endpoint_text(made.endpoint, service.protocol, style_.naming);
        if (made.endpoint.address.is_v4() && text_.size() > begin + width) text_.resize(begin + width);
        pad(begin, width);
        if (counts()) {
            add_numbers(server.statistics);
            text_ += '\n';
            return;
        }
        const auto to = std::back_inserter(text_);
        switch (style_.columns) {
            case Columns::tunnels:
                fmt::format_to(to, " {:<7} {:<13} {:<6}", forwarding_title(made.forwarding),
                               tunnel_info(made), made.weight);
                break;
            case Columns::thresholds:
                fmt::format_to(to, " {:<10} {:<10}", made.upper_threshold, made.lower_threshold);
                break;
            case Columns::persistent_connections:
                fmt::format_to(to, " {:<9} {:<11}", made.weight, connections.persistent);
                break;
            case Columns::standard:
            case Columns::statistics:
            case Columns::rates:
                fmt::format_to(to, " {:<7} {:<6}", forwarding_title(made.forwarding), made.weight);
                break;
        }
        fmt::format_to(to, " {:<10} {:<10}\n", connections.active, connections.inactive);
    }

  private:
    /// Whether the columns are counters instead of settings.
    [[nodiscard]] bool counts() const {
        return style_.columns == Columns::statistics || style_.columns == Columns::rates;
    }

    /// Blanks until what begins there is so wide.
    void pad(std::size_t begin, std::size_t width) {
        if (text_.size() < begin + width) text_.resize(begin + width, ' ');
    }

    void add_numbers(const Statistics& statistics) {
        const bool rates = style_.columns == Columns::rates;
        const auto& shown = rates ? statistics.per_second : statistics.total;
        for (const auto number : {shown.connections, shown.in_packets, shown.out_packets})
            // Rates of connections and packets are never abbreviated.
            add_large_number(text_, number, rates || style_.exact);
        for (const auto number : {shown.in_bytes, shown.out_bytes})
            add_large_number(text_, number, style_.exact);
    }

    void add_name(const ServiceId& id) {
        if (id.is_mark()) {
            fmt::format_to(std::back_inserter(text_), "FWM  {}{}", id.mark.number,
                           id.family == net::Family::v6 ? " IPv6" : "");
            return;
        }
        const auto begin = text_.size();
        for (const char c : net::name(id.protocol))
            text_ += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        pad(begin, 5);
        text_ += endpoint_text(id.endpoint, id.protocol, style_.naming);
        constexpr std::size_t ipv4_width = 33;  // ipvsadm cuts IPv4 here and lets IPv6 run on
        if (id.family == net::Family::v4 && text_.size() > begin + ipv4_width)
            text_.resize(begin + ipv4_width);
    }

    void add_flags(const Service& service) {
        text_ += service.scheduler;
        if (const auto names = scheduler_flag_names(service.scheduler, service.scheduler_flags);
            !names.empty())
            text_ += " (" + names + ")";
        if (service.persistence) {
            fmt::format_to(std::back_inserter(text_), " persistent {}", service.persistence->timeout.count());
            if (!service.persistence->mask.is_host())
                text_ += " mask " + service.persistence->mask.to_string();
            if (!service.engine.empty()) text_ += " pe " + service.engine;
        }
        if (service.one_packet) text_ += " ops";
    }

    std::string& text_;
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

void add_listing(std::string& text, const DumpedService& service, const ListingStyle& style) {
    Lines lines(text, style);
    lines.add(service);
    for (const auto& server : service.destinations) lines.add(service.service.id, server);
}

std::string listing(const Dump& dump, const ListingStyle& style) {
    std::string text;
    for (const auto& service : dump) add_listing(text, service, style);
    return text;
}

}  // namespace pulse::ipvs
