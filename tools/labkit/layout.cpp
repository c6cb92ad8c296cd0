#include "layout.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "pulse/base/text.h"
#include "pulse/net/netmask.h"

namespace pulse::lab {
namespace {

using net::IpAddress;

bool same_subnet(const IpAddress& a, const IpAddress& b) {
    return a.family() == b.family() &&
           net::same_network(a, b, net::Netmask::prefix(a.family(), a.is_v4() ? 24 : 64));
}

bool any_in_subnet(const std::vector<IpAddress>& addresses, const IpAddress& subnet) {
    return std::ranges::any_of(addresses, [&](const IpAddress& a) { return same_subnet(a, subnet); });
}

void add_once(std::vector<IpAddress>& addresses, const IpAddress& address) {
    if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
}

/// `subnet` with its last 8 (IPv4) or 16 (IPv6) bits replaced.
IpAddress with_host_number(const IpAddress& subnet, unsigned number) {
    auto bytes = subnet.padded_bytes();
    if (subnet.is_v4()) {
        bytes[3] = static_cast<std::uint8_t>(number);
    } else {
        bytes[14] = static_cast<std::uint8_t>(number >> 8U);
        bytes[15] = static_cast<std::uint8_t>(number);
    }
    return IpAddress::from_bytes(subnet.family(), bytes);
}

std::string safe_name(std::string_view name) {
    std::string safe;
    for (const char c : name) {
        const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '_' || c == '.' || c == '-';
        safe += fine ? c : '_';
    }
    if (safe.empty() || safe.front() == '-' || safe.front() == '.') safe.insert(0, "_");
    return safe;
}

/// An active service that has an address, and that address.
struct ActiveService {
    const config::VirtualServer* block;
    const config::DeviceAddress* at;
};

class Planner {
  public:
    explicit Planner(const config::Config& config) : config_(config) {}

    Layout plan() {
        choose_services();
        choose_devices();
        note_known_addresses();
        choose_subnets();
        add_router("primary", config_.primary, config_.primary_private);
        if (config_.backup) add_router("backup", config_.backup, config_.backup_private);
        for (const auto& service : services_) add_servers(service);
        add_client();
        describe_services();
        layout_.keepalive = config_.keepalive;
        layout_.deadtime = config_.deadtime;
        return std::move(layout_);
    }

  private:
    [[nodiscard]] bool is_nat() const { return config_.network == config::Network::nat; }

    void note(std::string text) { layout_.notes.push_back(std::move(text)); }

    void choose_services() {
        const bool lvs = config_.service == config::ServiceKind::lvs;
        for (const auto& service : lvs ? config_.virtual_servers : config_.failover_services) {
            if (service.active && service.address) services_.push_back({&service, &*service.address});
        }
        if (services_.empty()) note("no active service with an address: there is nothing to balance");
        if (!config_.primary && !services_.empty())
            note("the file names no primary router: the namespace gets an address of our choice");
    }

    void choose_devices() {
        layout_.public_device = services_.empty() ? "eth0" : services_.front().at->base_device();
        if (layout_.public_device.empty()) layout_.public_device = "eth0";
        const auto& public_device = layout_.public_device;
        const bool private_heartbeat = config_.primary && config_.primary_private &&
                                       !same_subnet(*config_.primary, *config_.primary_private);
        const bool gateway_on_public_wire =
            config_.nat_router && config_.nat_router->base_device() == public_device;
        layout_.has_private_side =
            (private_heartbeat || config_.nat_router || is_nat()) && !gateway_on_public_wire;
        if (!layout_.has_private_side) return;
        if (config_.nat_router && !config_.nat_router->base_device().empty()) {
            private_device_ = config_.nat_router->base_device();
        } else if (config_.syncd_iface != public_device) {
            private_device_ = config_.syncd_iface;
        } else {
            private_device_ = free_device();
        }
    }

    [[nodiscard]] std::string free_device() const {
        for (int number = 0;; ++number) {
            auto device = "eth" + std::to_string(number);
            const bool used = std::ranges::any_of(
                services_, [&](const auto& service) { return service.at->base_device() == device; });
            if (!used && device != layout_.public_device) return device;
        }
    }

    /// Addresses the file mentions are never given to anyone else.
    void note_known_addresses() {
        for (const auto& address :
             {config_.primary, config_.primary_private, config_.backup, config_.backup_private}) {
            if (address) taken_.insert(*address);
        }
        if (config_.nat_router) taken_.insert(config_.nat_router->address);
        for (const auto* blocks : {&config_.virtual_servers, &config_.failover_services}) {
            for (const auto& service : *blocks) {
                if (service.address) taken_.insert(service.address->address);
                taken_.insert(service.sorry_servers.begin(), service.sorry_servers.end());
                for (const auto& server : service.servers) taken_.insert(server.address);
            }
        }
    }

    [[nodiscard]] std::vector<IpAddress>& subnets(Segment segment) {
        return segment == Segment::public_side ? public_subnets_ : private_subnets_;
    }

    /// A subnet is known by the first address seen in it, and lies on one wire only.
    void add_subnet(Segment segment, const IpAddress& address) {
        if (!layout_.has_private_side) segment = Segment::public_side;
        if (any_in_subnet(public_subnets_, address) || any_in_subnet(private_subnets_, address)) return;
        subnets(segment).push_back(address);
    }

    void choose_subnets() {
        for (const auto& address : {config_.primary, config_.backup}) {
            if (address) add_subnet(Segment::public_side, *address);
        }
        if (config_.nat_router) add_subnet(Segment::private_side, config_.nat_router->address);
        for (const auto& address : {config_.primary_private, config_.backup_private}) {
            if (address) add_subnet(Segment::private_side, *address);
        }
        for (const auto& service : services_) {
            const bool inside = service.at->base_device() == private_device_;
            add_subnet(inside ? Segment::private_side : Segment::public_side, service.at->address);
        }
        for (const auto& service : services_) {
            for (const auto& address : server_addresses(*service.block)) {
                if (is_nat() && any_in_subnet(service_addresses(Segment::public_side), address)) {
                    note("real server " + address.to_string() +
                         " is on the clients' own network: with network = nat its answers do not pass the "
                         "router");
                }
                add_subnet(is_nat() ? Segment::private_side : Segment::public_side, address);
            }
        }
        if (private_subnets_.empty()) layout_.has_private_side = false;
    }

    [[nodiscard]] static std::vector<IpAddress> server_addresses(const config::VirtualServer& service) {
        std::vector<IpAddress> addresses;
        addresses.reserve(service.servers.size() + service.sorry_servers.size());
        for (const auto& server : service.servers) addresses.push_back(server.address);
        for (const auto& sorry : service.sorry_servers)
            if (!sorry.is_loopback()) addresses.push_back(sorry);
        return addresses;
    }

    /// The wire of an address's subnet; nullopt if its subnet is on none yet.
    [[nodiscard]] std::optional<Segment> segment_of(const IpAddress& address) const {
        if (any_in_subnet(public_subnets_, address)) return Segment::public_side;
        if (any_in_subnet(private_subnets_, address)) return Segment::private_side;
        return std::nullopt;
    }

    /// A free address in the subnet of `subnet`.
    IpAddress invent(const IpAddress& subnet) {
        constexpr unsigned first = 200;
        constexpr unsigned last = 254;
        for (unsigned offset = 0; offset < last; ++offset) {
            const auto address = with_host_number(subnet, 1 + (first - 1 + offset) % last);
            if (taken_.insert(address).second) return address;
        }
        note("no free address left beside " + subnet.to_string());
        return with_host_number(subnet, last);
    }

    /// Gives `leg` an address in every one of `wanted` where it has none.
    void complete(Leg& leg, const std::vector<IpAddress>& wanted) {
        for (const auto& subnet : wanted) {
            if (!any_in_subnet(leg.addresses, subnet)) leg.addresses.push_back(invent(subnet));
        }
    }

    [[nodiscard]] std::vector<IpAddress> service_addresses(Segment segment) const {
        std::vector<IpAddress> addresses;
        for (const auto& service : services_) {
            if (segment_of(service.at->address) == segment) add_once(addresses, service.at->address);
        }
        return addresses;
    }

    void add_router(const std::string& name, const std::optional<IpAddress>& address,
                    const std::optional<IpAddress>& private_address) {
        Host host{.name = name, .router = true};
        host.legs.push_back({.device = layout_.public_device});
        if (layout_.has_private_side) {
            host.legs.push_back({.device = private_device_, .segment = Segment::private_side});
        }
        for (const auto& own : {address, private_address}) {
            if (!own) continue;
            add_once(host.legs[segment_of(*own) == Segment::private_side ? 1 : 0].addresses, *own);
            router_addresses_.emplace(*own, layout_.hosts.size());
        }
        for (auto& leg : host.legs) complete(leg, subnets(leg.segment));
        for (const auto& service : services_) {
            const auto device = service.at->base_device();
            if (std::ranges::find(host.legs, device, &Leg::device) == host.legs.end() && !device.empty()) {
                host.legs.push_back({.device = device});
            }
        }
        layout_.hosts.push_back(std::move(host));
    }

    void add_servers(const ActiveService& service) {
        const auto& block = *service.block;
        for (const auto& server : block.servers)
            add_server(server.name, server.address, server.port, service);
        for (const auto& sorry : block.sorry_servers)
            if (!sorry.is_loopback()) add_server("sorry", sorry, block.port, service);
    }

    void add_server(std::string_view name, const IpAddress& address, net::Port port,
                    const ActiveService& service) {
        auto& host = server_host(name, address);
        if (service.block->protocol == net::Protocol::tcp || service.block->send_program)
            host.web_ports.insert(port.number);
        for (const auto& marked : service.block->mark_ports)
            if (marked.protocol.value_or(service.block->protocol) == net::Protocol::tcp)
                host.web_ports.insert(marked.first.number);
        if (is_nat()) return;
        // The kernel delivers to the service's own address and port, whatever port the server's block names.
        if (service.block->protocol == net::Protocol::tcp) host.web_ports.insert(service.block->port.number);
        add_once(host.quiet_services, service.at->address);
        host.tunnel_end = config_.network == config::Network::tunnel;
    }

    Host& server_host(std::string_view name, const IpAddress& address) {
        if (const auto router = router_addresses_.find(address); router != router_addresses_.end()) {
            return layout_.hosts[router->second];
        }
        const auto [known, is_new] = server_hosts_.emplace(address, layout_.hosts.size());
        if (!is_new) return layout_.hosts[known->second];

        Host host{.name = unique_name(name)};
        const auto segment = segment_of(address).value_or(Segment::public_side);
        host.legs.push_back({.device = "eth0", .segment = segment, .addresses = {address}});
        if (is_nat()) {
            host.gateways.push_back(gateway_for(address));
        } else {
            // Answers go straight to the clients: it needs to be on every network where a service has its
            // address.
            for (const auto side : {Segment::public_side, Segment::private_side}) {
                const auto wanted = service_addresses(side);
                if (wanted.empty()) continue;
                if (side != segment) host.legs.push_back({.device = "eth1", .segment = side});
                complete(side == segment ? host.legs.front() : host.legs.back(), wanted);
            }
        }
        layout_.hosts.push_back(std::move(host));
        return layout_.hosts.back();
    }

    /// Where a real server behind NAT sends its answers: the floating gateway, or the primary itself.
    IpAddress gateway_for(const IpAddress& server) {
        if (config_.nat_router && config_.nat_router->address.family() == server.family()) {
            return config_.nat_router->address;
        }
        if (config_.backup && !gateway_noted_) {
            gateway_noted_ = true;
            note("network = nat without nat_router: answers keep going to the primary after a takeover");
        }
        for (const auto& leg : layout_.hosts.front().legs) {
            for (const auto& address : leg.addresses) {
                if (same_subnet(address, server)) return address;
            }
        }
        return server;  // not reached: routers have an address in every subnet
    }

    std::string unique_name(std::string_view wanted) {
        const auto base = safe_name(wanted);
        auto name = base;
        const auto used = [&] {
            return name == "primary" || name == "backup" || name == "client" ||
                   std::ranges::find(layout_.hosts, name, &Host::name) != layout_.hosts.end();
        };
        for (int number = 2; used(); ++number) name = base + "-" + std::to_string(number);
        return name;
    }

    void add_client() {
        Host host{.name = "client"};
        for (const auto side : {Segment::public_side, Segment::private_side}) {
            const auto wanted = service_addresses(side);
            if (wanted.empty()) continue;
            Leg leg{.device = "eth" + std::to_string(host.legs.size()), .segment = side};
            complete(leg, wanted);
            host.legs.push_back(std::move(leg));
        }
        layout_.hosts.push_back(std::move(host));
    }

    void describe_services() {
        for (const auto& [service, at] : services_) {
            const net::Endpoint endpoint{.address = at->address, .port = service->port};
            if (service->fwmark && service->mark_ports.empty())
                layout_.marks.push_back({endpoint, service->protocol, *service->fwmark});
            if (service->send_program) add_check_program(*service, *service->send_program);
            note_limits(*service);
            Service seen{.name = service->name,
                         .address = endpoint,
                         .protocol = service->protocol,
                         .fwmark = service->fwmark,
                         .scheduler = service->scheduler,
                         .persistent = service->persistent.count() > 0,
                         .quiesce = service->quiesce_server,
                         .timeout = service->timeout,
                         .reentry = service->reentry};
            for (const auto& server : service->servers) {
                if (server.active && server.weight > 0) {
                    seen.hosts.push_back(server_host(server.name, server.address).name);
                }
            }
            layout_.services.push_back(std::move(seen));
        }
    }

    void note_limits(const config::VirtualServer& service) {
        if (service.protocol != net::Protocol::tcp) {
            note(service.name + ": the lab has no " + std::string(net::name(service.protocol)) +
                 " server; its real servers answer nothing there");
        } else if (!service.send_program && service.expect && service.send.value_or("").empty()) {
            note(service.name + ": its check waits for the server to speak first, which nginx never does");
        }
    }

    void add_check_program(const config::VirtualServer& service, std::string_view command) {
        const auto words = split_words(command);
        if (words.empty()) return;
        const std::string path(words.front());
        const auto answer = service.expect.value_or("");
        auto known = std::ranges::find(layout_.check_programs, path, &CheckProgram::path);
        if (known == layout_.check_programs.end()) {
            const auto host = std::ranges::find(words, "%h");
            const auto argument = host == words.end() ? 0 : static_cast<std::size_t>(host - words.begin());
            if (argument == 0)
                note(service.name + ": no argument of its send_program is %h; its stand-in finds no server");
            layout_.check_programs.push_back({.path = path, .host_argument = argument, .answer = answer});
            known = std::prev(layout_.check_programs.end());
        } else if (known->answer != answer) {
            note(service.name + ": " + path +
                 " is also another service's check and prints what that one expects");
        }
        for (const auto& server : service.servers) known->ports.insert(server.port.number);
    }

    const config::Config& config_;
    std::vector<ActiveService> services_;
    std::string private_device_;
    std::set<IpAddress> taken_;
    std::vector<IpAddress> public_subnets_;
    std::vector<IpAddress> private_subnets_;
    std::map<IpAddress, std::size_t> router_addresses_;
    std::map<IpAddress, std::size_t> server_hosts_;
    bool gateway_noted_ = false;
    Layout layout_;
};

}  // namespace

Layout layout(const config::Config& config) { return Planner(config).plan(); }

}  // namespace pulse::lab
