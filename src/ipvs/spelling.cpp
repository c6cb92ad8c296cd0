#include "pulse/ipvs/spelling.h"

#include <fmt/format.h>

#include "pulse/base/match.h"
#include "pulse/ipvs/schedulers.h"

namespace pulse::ipvs {

namespace {

/// Writes commands with the names it was given.
class Speller {
  public:
    explicit Speller(const Naming& naming) : naming_(naming) {}

    [[nodiscard]] std::string identity(const ServiceId& id) const {
        if (id.is_mark())
            return fmt::format("-f {}{}", id.mark.number, id.family == net::Family::v6 ? " -6" : "");
        const auto endpoint = endpoint_text(id.endpoint, id.protocol, naming_);
        switch (id.protocol) {
            case net::Protocol::tcp:
                return "-t " + endpoint;
            case net::Protocol::udp:
                return "-u " + endpoint;
            case net::Protocol::sctp:
                return "--sctp-service " + endpoint;
        }
        return "-t " + endpoint;
    }

    [[nodiscard]] std::string service(const Service& service) const {
        auto text = identity(service.id) + " -s " + service.scheduler;
        if (service.persistence) {
            text += fmt::format(" -p {}", service.persistence->timeout.count());
            if (!service.persistence->mask.is_host()) text += " -M " + service.persistence->mask.to_string();
        }
        if (!service.engine.empty()) text += " --pe " + service.engine;
        if (service.one_packet) text += " -o";
        if (const auto flags = scheduler_flag_names(service.scheduler, service.scheduler_flags);
            !flags.empty())
            text += " -b " + flags;
        return text;
    }

    [[nodiscard]] std::string server_identity(const ServiceId& service, const net::Endpoint& server) const {
        return identity(service) + " -r " + endpoint_text(server, service.protocol, naming_);
    }

    [[nodiscard]] std::string server(const ServiceId& service, const Destination& server) const {
        auto text = fmt::format("{} {} -w {}", server_identity(service, server.endpoint),
                                method(server.forwarding), server.weight);
        if (server.upper_threshold != 0) text += fmt::format(" -x {}", server.upper_threshold);
        if (server.lower_threshold != 0) text += fmt::format(" -y {}", server.lower_threshold);
        return server.forwarding == Forwarding::tunnel ? text + tunnel(server.tunnel) : text;
    }

  private:
    static std::string_view method(Forwarding forwarding) {
        switch (forwarding) {
            case Forwarding::masquerade:
                return "-m";
            case Forwarding::tunnel:
                return "-i";
            case Forwarding::direct:
            case Forwarding::local:
            case Forwarding::bypass:
                return "-g";
        }
        return "-g";
    }

    static std::string tunnel(const Tunnel& tunnel) {
        if (tunnel.type == TunnelType::ipip) return " --tun-type ipip";
        auto text = tunnel.type == TunnelType::gue
                        ? fmt::format(" --tun-type gue --tun-port {}", tunnel.port.number)
                        : std::string(" --tun-type gre");
        switch (tunnel.checksum) {
            case TunnelChecksum::none:
                return text + " --tun-nocsum";
            case TunnelChecksum::checksum:
                return text + " --tun-csum";
            case TunnelChecksum::remote:
                return text + " --tun-remcsum";
        }
        return text;
    }

    const Naming& naming_;
};

}  // namespace

std::string spelling(const Step& step, const Naming& naming) {
    const Speller speller(naming);
    return match(
        step, [&](const AddService& s) { return "-A " + speller.service(s.service); },
        [&](const EditService& s) { return "-E " + speller.service(s.service); },
        [&](const DeleteService& s) { return "-D " + speller.identity(s.id); },
        [&](const AddDestination& s) { return "-a " + speller.server(s.service, s.destination); },
        [&](const EditDestination& s) { return "-e " + speller.server(s.service, s.destination); },
        [&](const DeleteDestination& s) { return "-d " + speller.server_identity(s.service, s.endpoint); });
}

std::string saved(const Dump& dump, const Naming& naming) {
    const Speller speller(naming);
    std::string text;
    for (const auto& service : dump) {
        text += "-A " + speller.service(service.service) + "\n";
        for (const auto& server : service.destinations)
            text += "-a " + speller.server(service.service.id, server.destination) + "\n";
    }
    return text;
}

}  // namespace pulse::ipvs
