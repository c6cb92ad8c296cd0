#include <algorithm>
#include <span>

#include "checks.h"

namespace pulse::config {

namespace {

using net::IpAddress;
using net::Netmask;

/// A network that is known to exist, by an address in it.
struct Subnet {
    IpAddress member;
    Netmask mask;

    [[nodiscard]] bool has(const IpAddress& address) const { return same_network(member, address, mask); }
    [[nodiscard]] IpAddress first() const {
        auto bytes = member.padded_bytes();
        for (std::size_t i = 0; i < bytes.size(); ++i) bytes.at(i) &= mask.bits().padded_bytes().at(i);
        return IpAddress::from_bytes(member.family(), bytes);
    }
    [[nodiscard]] std::string to_string() const {
        return first().to_string() + "/" + std::to_string(mask.length().value_or(0));
    }
};

bool is_multicast(const IpAddress& address) {
    const auto first = address.bytes().front();
    return address.is_v4() ? first >> 4U == 0xe : first == 0xff;
}

bool is_broadcast(const IpAddress& address) { return address.is_v4() && address.v4_number() == 0xffffffff; }

class NetworkCheck {
  public:
    NetworkCheck(const Checked& file, const VirtualServer& service, const Block& block)
        : file_(file), service_(service), block_(block), method_(file.config.network_of(service)) {
        for (const auto& own : file.own_addresses)
            if (!own.address.is_loopback()) known_.push_back({own.address, own.mask});
        routers_wires_ = known_.size();
        know(service.address, service.vip_nmask);
        know(file.config.nat_router, file.config.nat_nmask);
    }

    void run() {
        if (service_.address) floating();
        const auto blocks = Document::blocks(block_, BlockKind::server);
        for (std::size_t i = 0; i < service_.servers.size(); ++i)
            if (service_.servers[i].active && !service_.servers[i].address.is_unspecified())
                server(service_.servers[i].address, *blocks.at(i));
    }

  private:
    void know(const std::optional<DeviceAddress>& at, const std::optional<Netmask>& mask) {
        if (at && mask && !mask->is_host() && mask->family() == at->address.family())
            known_.push_back({at->address, *mask});
    }
    void warn(const Block& block, std::string text, std::string hint) {
        file_.report.warning(file_.place(block, "address"), std::move(text), std::move(hint));
    }

    void floating();
    void server(const IpAddress& address, const Block& block);
    [[nodiscard]] std::string no_machine(const IpAddress& address) const;
    [[nodiscard]] const Subnet* clients() const;
    [[nodiscard]] bool is_a_routers(const IpAddress& address) const;

    const Checked& file_;
    const VirtualServer& service_;
    const Block& block_;
    Network method_;
    std::vector<Subnet> known_;      ///< this router's own first
    std::size_t routers_wires_ = 0;  ///< how many those are
};

/// What the address is, if no single machine can have it.
std::string NetworkCheck::no_machine(const IpAddress& address) const {
    if (is_multicast(address)) return "a multicast address";
    if (is_broadcast(address)) return "the broadcast address";
    constexpr int no_ends = 31;  // in so small a network each address is a machine's
    if (!address.is_v4()) return {};
    bool is_placed = false;
    for (const auto& network : known_) {
        if (!network.has(address)) continue;
        is_placed = true;
        if (network.mask.length().value_or(no_ends) >= no_ends) continue;
        if (address == network.first()) return "the address of the network " + network.to_string();
        if (address == last_address(address, network.mask))
            return "the broadcast address of " + network.to_string();
    }
    // Nobody says which network it is in; one of a router's neighbours is most likely in a /24.
    const auto last = address.bytes().back();
    const Subnet likely{address, Netmask::prefix(net::Family::v4, 24)};
    const auto& config = file_.config;
    const auto beside = [&](const std::optional<IpAddress>& own) { return own && likely.has(*own); };
    if (is_placed || (last != 0 && last != 255) ||
        !(beside(config.primary) || beside(config.backup) || beside(config.primary_private) ||
          beside(config.backup_private)))
        return {};
    return (last == 0 ? "what looks like the address of the network "
                      : "what looks like the broadcast address of ") +
           likely.to_string();
}

void NetworkCheck::floating() {
    if (const auto what = no_machine(service_.address->address); !what.empty())
        warn(block_, "the floating address is " + what, "no machine can have it");
}

bool NetworkCheck::is_a_routers(const IpAddress& address) const {
    const auto& config = file_.config;
    return address.is_loopback() || address == config.primary || address == config.backup ||
           address == config.primary_private || address == config.backup_private ||
           std::ranges::find(file_.own_addresses, address, &OwnAddress::address) != file_.own_addresses.end();
}

/// The network that the floating address is in, if that is known.
const Subnet* NetworkCheck::clients() const {
    if (!service_.address) return nullptr;
    const Subnet* smallest = nullptr;
    for (const auto& network : known_)
        if (!network.mask.is_host() && network.has(service_.address->address) &&
            (!smallest || network.mask > smallest->mask))
            smallest = &network;
    return smallest;
}

void NetworkCheck::server(const IpAddress& address, const Block& block) {
    if (const auto what = no_machine(address); !what.empty())
        return warn(block, "the real server's address is " + what, "no machine can have it");
    if (is_a_routers(address)) return;
    if (method_ == Network::nat) {
        if (const auto* network = clients(); network && network->has(address))
            warn(
                block, "NAT to a real server in the network of the floating address, " + network->to_string(),
                "clients in that network get its answers past the router and do not know them; give the real "
                "servers a network of their own, or use network = direct");
        return;
    }
    const auto wires = std::span(known_).first(routers_wires_);
    const bool knows_family = std::ranges::any_of(
        wires, [&](const Subnet& wire) { return wire.member.family() == address.family(); });
    if (method_ == Network::direct && knows_family &&
        std::ranges::none_of(wires, [&](const Subnet& wire) { return wire.has(address); }))
        warn(block, "direct routing to a real server in none of this router's networks",
             "its packets go to the server's MAC address, so a gateway between drops them; use network = "
             "tunnel, or "
             "nat");
}

}  // namespace

void check_network(const Checked& file, const VirtualServer& service, const Block& block) {
    NetworkCheck(file, service, block).run();
}

}  // namespace pulse::config
