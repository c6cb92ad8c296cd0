#include <algorithm>
#include <set>

#include "pulse/config/kernel_key.h"

#include "checks.h"

namespace pulse::config {

namespace {

using std::chrono::seconds;

class ServiceCheck {
  public:
    ServiceCheck(const Checked& file, const VirtualServer& service, const Block& block)
        : file_(file), service_(service), block_(block), network_(file.config.network_of(service)) {}

    void run();

  private:
    void address();
    void table();
    void mark();
    void tunnel();
    void ports();
    void pool();
    void server(const RealServer& server, const Block& block);

    void warn(const Block& block, std::string_view key, std::string text, std::string hint = {}) {
        file_.report.warning(file_.place(block, key), std::move(text), std::move(hint));
    }
    [[nodiscard]] bool has(std::string_view key) const { return file_.has(block_, key); }

    const Checked& file_;
    const VirtualServer& service_;
    const Block& block_;
    Network network_;
    std::set<net::Endpoint> seen_;
};

void ServiceCheck::address() {
    if (!service_.address) {
        if (!has("address")) warn(block_, "address", "an active virtual without an address");
        return;
    }
    check_label(file_, block_, "address", *service_.address);
    const auto& config = file_.config;
    const auto& floating = service_.address->address;
    for (const auto& own : {config.primary, config.backup, config.primary_private, config.backup_private})
        if (own == floating)
            return warn(block_, "address", "the floating address is a router's own address",
                        "clients need an address that can move to the other router");
}

void ServiceCheck::table() {
    if (!service_.mark_ports.empty() && !service_.fwmark)
        warn(block_, "mark_ports", "mark_ports without fwmark has no effect",
             "the mark that the packets are to get is missing: fwmark = 1");
    else if (!service_.mark_ports.empty() && !service_.address)
        warn(block_, "mark_ports", "mark_ports without address has no effect",
             "the packets to mark are those for the ports of the address");
    if (service_.sched_flags != 0 && service_.scheduler != "sh" && service_.scheduler != "mh")
        warn(block_, "sched_flags", "sched_flags without effect",
             "only the schedulers sh and mh look at them");
    if (service_.ops && service_.protocol != net::Protocol::udp && !service_.fwmark)
        warn(block_, "ops", "ops without effect", "the kernel does it for UDP alone");
    else if (service_.ops && network_ == Network::nat && !service_.pe)
        warn(
            block_, "ops", "ops behind NAT: no client gets an answer",
            "without a connection the kernel does not translate what the real server says; leave ops out, or "
            "use network = direct");
    mark();
    if (service_.pe && service_.persistent == seconds(0))
        warn(block_, "pe", "pe without persistent has no effect");
    else if (service_.pe && service_.protocol != net::Protocol::udp)
        warn(block_, "pe", "pe without effect", "the kernel reads SIP in UDP packets alone");
    if (service_.sorry_servers.empty())
        for (const auto* key : {"quorum", "quorum_of", "quorum_hysteresis"})
            if (has(key)) {
                warn(block_, key, quoted(key) + " without sorry_server has no effect",
                     "it decides when the sorry server gets the clients");
                break;
            }
    tunnel();
}

void ServiceCheck::mark() {
    if (!service_.fwmark) return;
    if (service_.mark_ports.empty())
        file_.report.note(
            file_.place(block_, "fwmark"),
            "nothing here sets firewall mark " + std::to_string(service_.fwmark->number),
            "a rule of yours must, of nft or iptables; with mark_ports = 80,443 lvsd has it set");
    if (network_ != Network::nat || service_.persistent == seconds(0)) return;
    const auto blocks = Document::blocks(block_, BlockKind::server);
    for (std::size_t i = 0; i < service_.servers.size(); ++i) {
        const auto& server = service_.servers[i];
        if (server.active && server.port != net::Port{0} && server.port != service_.port)
            return warn(*blocks.at(i), "port",
                        "a port that a persistent service with a mark does not translate to",
                        "the kernel sends such packets to the port they came for; leave fwmark or persistent "
                        "out, or let the real server listen there");
    }
}

void ServiceCheck::tunnel() {
    const bool tunnels = network_ == Network::tunnel;
    for (const auto* key : {"tunnel_type", "tunnel_port", "tunnel_csum"})
        if (has(key) && !tunnels)
            return warn(block_, key, quoted(key) + " has effect with network = tunnel alone");
    if (!tunnels) return;
    const bool gue = service_.tunnel_type == ipvs::TunnelType::gue;
    if (gue && service_.tunnel_port == net::Port{0})
        file_.report.error(file_.place(block_, "tunnel_type"), "tunnel_type = gue needs a tunnel_port",
                           "the UDP port that the real servers receive it on: tunnel_port = 6080");
    if (!gue && service_.tunnel_port != net::Port{0})
        warn(block_, "tunnel_port", "tunnel_port has effect with tunnel_type = gue alone");
    if (service_.tunnel_type == ipvs::TunnelType::ipip && service_.tunnel_csum != ipvs::TunnelChecksum::none)
        warn(block_, "tunnel_csum", "an ipip tunnel has no checksum");
    if (service_.tunnel_type == ipvs::TunnelType::gre && service_.tunnel_csum == ipvs::TunnelChecksum::remote)
        warn(block_, "tunnel_csum", "remcsum has effect with tunnel_type = gue alone");
}

void ServiceCheck::ports() {
    if (!service_.fwmark && service_.port == net::Port{0} && service_.persistent == seconds(0))
        warn(block_, "port", "port 0 without persistent",
             "the kernel takes port 0, which is every port, only together with persistence");
}

void ServiceCheck::server(const RealServer& server, const Block& block) {
    if (!server.active) return;
    if (server.address.is_unspecified()) {
        if (!file_.has(block, "address")) warn(block, "address", "an active server without an address");
        return;
    }
    if (server.l_threshold > server.u_threshold)
        file_.report.error(file_.place(block, "l_threshold"), "l_threshold above u_threshold",
                           "the kernel refuses that: it opens again below the one and closes at the other");
    if (network_ != Network::nat && server.port != service_.port)
        warn(block, "port", "the real server's port is not the service's",
             "only network = nat can change the port: packets will arrive at port " +
                 std::to_string(service_.port.number));
    const auto key = [&](const net::IpAddress& address, net::Port port) {
        return server_key(file_.config, service_, address, port);
    };
    const auto known_as = key(server.address, server.port);
    if (!seen_.insert(known_as).second)
        warn(block, "address", "the same real server twice in one service",
             "the kernel holds one server for both: leave one of them out");
    if (std::ranges::any_of(service_.sorry_servers,
                            [&](const auto& sorry) { return key(sorry, service_.port) == known_as; }))
        warn(block, "address", "the sorry server is a real server of the service too",
             "while too few real servers are up the clients go to it all the same");
    if (service_.address) {
        const auto& floating = service_.address->address;
        if (server.address == floating)
            warn(block, "address", "the real server's address is the floating address");
        if (server.address.family() != floating.family() && network_ != Network::tunnel)
            warn(block, "address",
                 floating.is_v4() ? "an IPv6 real server behind an IPv4 address"
                                  : "an IPv4 real server behind an IPv6 address",
                 "the kernel can do that only with network = tunnel");
    }
    const auto& gateway = file_.config.nat_router;
    if (network_ == Network::nat && gateway && gateway->address == server.address)
        warn(block, "address", "the real server's address is that of nat_router");
}

void ServiceCheck::pool() {
    const auto blocks = Document::blocks(block_, BlockKind::server);
    for (std::size_t i = 0; i < service_.servers.size(); ++i) server(service_.servers[i], *blocks.at(i));
    const auto& servers = service_.servers;
    if (std::ranges::none_of(servers, &RealServer::active))
        return warn(block_, "", "an active virtual without an active server");
    if (std::ranges::none_of(servers, [](const RealServer& s) { return s.active && s.weight > 0; }))
        return warn(block_, "", "every active server has weight 0", "none of them gets a client");
    long long most = 0;
    for (const auto& each : servers)
        if (each.active)
            most += service_.quorum_of == QuorumOf::weight ? each.weight : std::min(each.weight, 1);
    if (service_.quorum > most)
        warn(block_, "quorum", "a quorum that the active servers cannot reach",
             "they are worth " + std::to_string(most) +
                 " together, so the sorry server always has the clients");
}

void ServiceCheck::run() {
    address();
    table();
    ports();
    pool();
}

}  // namespace

void check_service(const Checked& file, const VirtualServer& service, const Block& block) {
    if (service.pmask && service.persistent == seconds(0) && !file.has(block, "persistent"))
        file.report.warning(file.place(block, "pmask"), "pmask without persistent has no effect");
    if (!service.active) return;
    ServiceCheck(file, service, block).run();
    check_network(file, service, block);
    check_probe(file, service, block);
    check_load(file, service, block);
}

}  // namespace pulse::config
