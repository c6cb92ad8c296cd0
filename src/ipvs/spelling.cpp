#include "pulse/ipvs/spelling.h"

#include <fmt/format.h>

#include "pulse/base/match.h"
#include "pulse/ipvs/schedulers.h"

namespace pulse::ipvs {

namespace {

std::string service_option(const ServiceId& id) {
    if (id.is_mark())
        return fmt::format("-f {}{}", id.mark.number, id.family == net::Family::v6 ? " -6" : "");
    const auto endpoint = id.endpoint.to_string();
    switch (id.protocol) {
        case net::Protocol::tcp:
            return "-t " + endpoint;
        case net::Protocol::udp:
            return "-u " + endpoint;
        case net::Protocol::sctp:
            return "--sctp-service " + endpoint;
    }
    return endpoint;
}

std::string service_options(const Service& service) {
    auto text = service_option(service.id) + " -s " + service.scheduler;
    if (const auto flags = scheduler_flag_names(service.scheduler, service.scheduler_flags); !flags.empty())
        text += " -b " + flags;
    if (service.persistence) {
        text += fmt::format(" -p {}", service.persistence->timeout.count());
        if (!service.persistence->mask.is_host()) text += " -M " + service.persistence->mask.to_string();
        if (!service.persistence->engine.empty()) text += " --pe " + service.persistence->engine;
    }
    return service.one_packet ? text + " -o" : text;
}

std::string tunnel_options(const Tunnel& tunnel) {
    if (tunnel.type == TunnelType::ipip) return "-i";
    auto text = tunnel.type == TunnelType::gue
                    ? fmt::format("-i --tun-type gue --tun-port {}", tunnel.port.number)
                    : std::string("-i --tun-type gre");
    switch (tunnel.checksum) {
        case TunnelChecksum::none:
            break;
        case TunnelChecksum::checksum:
            text += " --tun-csum";
            break;
        case TunnelChecksum::remote:
            text += " --tun-remcsum";
            break;
    }
    return text;
}

std::string forwarding_options(const Destination& server) {
    switch (server.forwarding) {
        case Forwarding::masquerade:
            return "-m";
        case Forwarding::tunnel:
            return tunnel_options(server.tunnel);
        case Forwarding::direct:
        case Forwarding::local:
        case Forwarding::bypass:
            return "-g";
    }
    return "-g";
}

std::string server_options(const ServiceId& service, const Destination& server) {
    auto text = fmt::format("{} -r {} {} -w {}", service_option(service), server.endpoint.to_string(),
                            forwarding_options(server), server.weight);
    if (server.upper_threshold != 0) text += fmt::format(" -x {}", server.upper_threshold);
    if (server.lower_threshold != 0) text += fmt::format(" -y {}", server.lower_threshold);
    return text;
}

}  // namespace

std::string spelling(const Step& step) {
    return match(
        step, [](const AddService& s) { return "-A " + service_options(s.service); },
        [](const EditService& s) { return "-E " + service_options(s.service); },
        [](const DeleteService& s) { return "-D " + service_option(s.id); },
        [](const AddDestination& s) { return "-a " + server_options(s.service, s.destination); },
        [](const EditDestination& s) { return "-e " + server_options(s.service, s.destination); },
        [](const DeleteDestination& s) {
            return fmt::format("-d {} -r {}", service_option(s.service), s.endpoint.to_string());
        });
}

}  // namespace pulse::ipvs
