#include "pulse/failover/address_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "pulse/net/netmask.h"

namespace pulse::failover {

namespace {

using Kind = net::AddressChange::Kind;

/// What is there, found quickly: a thousand addresses are compared with a thousand.
class Present {
  public:
    Present(std::span<const net::Link> links, std::span<const net::InterfaceAddress> present) {
        for (const auto& link : links) {
            by_name_.emplace(link.name, &link);
            by_index_.emplace(link.index, &link);
        }
        for (const auto& own : present) {
            by_address_.emplace(own.address, &own);
            by_link_.emplace(own.link_index, &own);
        }
    }

    [[nodiscard]] const net::Link* device(const std::string& name) const {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? nullptr : found->second;
    }

    /// The copies of a floating address that are ours to decide about.
    [[nodiscard]] std::vector<const net::InterfaceAddress*> copies(const FloatingAddress& floating) const {
        std::vector<const net::InterfaceAddress*> copies;
        const auto device = floating.device();
        const auto [begin, end] = by_address_.equal_range(floating.address);
        for (auto at = begin; at != end; ++at) {
            const auto link = by_index_.find(at->second->link_index);
            if (link == by_index_.end() || link->second->name == device || link->second->resolves)
                copies.push_back(at->second);
        }
        return copies;
    }

    /// The prefix of the network of `link` that the address is in, judged by addresses that do not float.
    [[nodiscard]] int prefix_length(const net::IpAddress& address, int link,
                                    const std::set<net::IpAddress>& floating) const {
        const auto [begin, end] = by_link_.equal_range(link);
        for (auto at = begin; at != end; ++at) {
            const auto& own = *at->second;
            if (own.address.family() == address.family() && !floating.contains(own.address) &&
                net::same_network(own.address, address,
                                  net::Netmask::prefix(own.address.family(), own.prefix_length)))
                return own.prefix_length;
        }
        return net::address_bits(address.family());
    }

  private:
    std::map<std::string, const net::Link*> by_name_;
    std::map<int, const net::Link*> by_index_;
    std::multimap<net::IpAddress, const net::InterfaceAddress*> by_address_;
    std::multimap<int, const net::InterfaceAddress*> by_link_;
};

bool is_right(const net::InterfaceAddress& copy, const FloatingAddress& wanted, int link) {
    return copy.link_index == link &&
           (!wanted.prefix_length || *wanted.prefix_length == copy.prefix_length) &&
           (!wanted.address.is_v4() || copy.label == wanted.label);
}

/// Whether the kernel takes `added` while `copy` is there.
bool may_stand_beside(const net::InterfaceAddress& added, const net::InterfaceAddress& copy) {
    return added.link_index != copy.link_index ||
           (added.address.is_v4() && added.prefix_length != copy.prefix_length);
}

}  // namespace

AddressPlan plan(std::span<const net::Link> links, std::span<const net::InterfaceAddress> present,
                 std::span<const FloatingAddress> wanted) {
    const Present there(links, present);
    std::set<net::IpAddress> floating;
    for (const auto& address : wanted) floating.insert(address.address);

    AddressPlan plan;
    for (const auto& address : wanted) {
        const auto* device = there.device(address.device());
        if (device == nullptr) {
            plan.homeless.push_back(address);
            continue;
        }
        auto copies = there.copies(address);
        const auto right = std::ranges::find_if(
            copies, [&](const auto* copy) { return is_right(*copy, address, device->index); });
        if (right != copies.end()) {
            copies.erase(right);
            for (const auto* copy : copies) plan.changes.push_back({Kind::remove, *copy});
            continue;
        }
        const net::InterfaceAddress added{.link_index = device->index,
                                          .label = address.address.is_v4() ? address.label : std::string(),
                                          .address = address.address,
                                          .prefix_length = address.prefix_length.value_or(
                                              there.prefix_length(address.address, device->index, floating))};
        for (const auto* copy : copies)
            if (!may_stand_beside(added, *copy)) plan.changes.push_back({Kind::remove, *copy});
        plan.changes.push_back({Kind::add, added});
        for (const auto* copy : copies)
            if (may_stand_beside(added, *copy)) plan.changes.push_back({Kind::remove, *copy});
    }
    return plan;
}

std::vector<net::AddressChange> removal(std::span<const net::Link> links,
                                        std::span<const net::InterfaceAddress> present,
                                        std::span<const FloatingAddress> unwanted) {
    const Present there(links, present);
    std::vector<net::AddressChange> changes;
    for (const auto& address : unwanted)
        for (const auto* copy : there.copies(address)) changes.push_back({Kind::remove, *copy});
    return changes;
}

}  // namespace pulse::failover
