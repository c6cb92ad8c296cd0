#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "rules.h"

namespace pulse::config {

namespace {

class Checker {
  public:
    Checker(const Config& config, const Document& document, Report& report)
        : config_(config), document_(document), report_(report) {}

    void run();

  private:
    void timers();
    void nat_router();
    void one(const VirtualServer& service, const Block& block);
    void servers(const VirtualServer& service, const Block& block);
    void clashes(const VirtualServer& service, const Block& block);

    /// Of the key if the block has it, else of the block itself.
    [[nodiscard]] Place place(const Block& block, std::string_view key) const {
        const auto* entry = document_.find(block, key);
        return document_.place(entry ? entry->key : block.keyword);
    }

    const Config& config_;
    const Document& document_;
    Report& report_;
    std::map<std::string, std::string>
        services_;  ///< what the kernel tells services apart by, and their names
};

void Checker::timers() {
    if (config_.deadtime > config_.keepalive) return;
    const auto* entry = document_.find(document_.root(), "deadtime");
    if (!entry) entry = document_.find(document_.root(), "keepalive");
    if (entry)
        report_.warning(document_.place(entry->key), "deadtime is not longer than keepalive",
                        "a healthy partner would be declared dead between two heartbeats");
}

void Checker::nat_router() {
    if (config_.service != ServiceKind::lvs || config_.network != Network::nat || config_.nat_router) return;
    if (document_.find(document_.root(), "nat_router")) return;
    const auto active = std::ranges::find_if(config_.virtual_servers, &VirtualServer::active);
    const auto* network = document_.find(document_.root(), "network");
    if (!config_.backup_active || active == config_.virtual_servers.end()) return;
    report_.warning(network ? document_.place(network->key) : Place{.line = 1},
                    "network = nat without nat_router",
                    "answers pass through the active router only if the real servers' gateway moves with it");
}

void Checker::servers(const VirtualServer& service, const Block& block) {
    const auto blocks = Document::blocks(block, BlockKind::server);
    if (std::ranges::none_of(service.servers, &RealServer::active))
        report_.warning(document_.place(block.keyword), "an active virtual without an active server");
    std::set<std::pair<net::IpAddress, net::Port>> seen;
    for (std::size_t i = 0; i < service.servers.size(); ++i) {
        const auto& server = service.servers[i];
        const auto& at = *blocks.at(i);
        if (!server.active) continue;
        if (server.address.is_unspecified()) {
            if (!document_.find(at, "address"))
                report_.warning(document_.place(at.keyword), "an active server without an address");
            continue;
        }
        if (config_.network != Network::nat && server.port != service.port)
            report_.warning(place(at, "port"), "the real server's port is not the service's",
                            "only network = nat can change the port: packets will arrive at port " +
                                std::to_string(service.port.number));
        if (service.address && server.address == service.address->address)
            report_.warning(place(at, "address"), "the real server's address is the floating address");
        if (!seen.emplace(server.address, server.port).second)
            report_.warning(place(at, "address"), "the same real server twice in one service");
    }
}

/// Two services that the kernel could not tell apart.
void Checker::clashes(const VirtualServer& service, const Block& block) {
    std::string identity;
    std::string_view key = "address";
    if (service.fwmark) {
        key = "fwmark";
        identity = "firewall mark " + std::to_string(service.fwmark->number);
    } else if (service.address) {
        identity = std::string(net::name(service.protocol)) + " " +
                   net::Endpoint{.address = service.address->address, .port = service.port}.to_string();
    } else {
        return;
    }
    const auto [first, is_new] = services_.try_emplace(identity, service.name);
    if (!is_new)  // quoted qualified: for a std::string, std::quoted would be found too
        report_.warning(place(block, key), "two services for " + identity,
                        config::quoted(first->second) + " has it already; the kernel can hold only one");
}

void Checker::one(const VirtualServer& service, const Block& block) {
    if (service.pmask && service.persistent.count() == 0 && !document_.find(block, "persistent"))
        report_.warning(place(block, "pmask"), "pmask without persistent has no effect");
    if (!service.active) return;
    if (!service.address && !document_.find(block, "address"))
        report_.warning(document_.place(block.keyword), "an active virtual without an address");
    if (service.address &&
        (service.address->address == config_.primary || service.address->address == config_.backup))
        report_.warning(place(block, "address"), "the floating address is a router's own address");
    servers(service, block);
    clashes(service, block);
}

void Checker::run() {
    timers();
    nat_router();
    const auto blocks = Document::blocks(document_.root(), BlockKind::virtual_server);
    for (std::size_t i = 0; i < config_.virtual_servers.size(); ++i)
        one(config_.virtual_servers[i], *blocks.at(i));
}

}  // namespace

void check(const Config& config, const Document& document, Report& report) {
    Checker(config, document, report).run();
}

}  // namespace pulse::config
