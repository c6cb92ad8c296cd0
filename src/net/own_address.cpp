#include "pulse/net/own_address.h"

#include <algorithm>
#include <vector>

#include "pulse/net/netmask.h"

namespace pulse::net {

namespace {

bool is_link_local(const IpAddress& address) {
    const auto bytes = address.bytes();
    return address.is_v4() ? bytes[0] == 169 && bytes[1] == 254
                           : bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
}

bool is_on_link(const IpAddress& address, const InterfaceAddress& local) {
    const auto family = local.address.family();
    return address.family() == family &&
           same_network(address, local.address, Netmask::prefix(family, local.prefix_length));
}

}  // namespace

std::optional<IpAddress> own_address_towards(const IpAddress& target,
                                             std::span<const InterfaceAddress> locals,
                                             std::span<const IpAddress> floating,
                                             const std::optional<IpAddress>& kernels_choice) {
    const auto floats = [&](const IpAddress& address) {
        return std::ranges::find(floating, address) != floating.end();
    };
    std::vector<InterfaceAddress> own;
    for (const auto& local : locals) {
        // A link-local address reaches nothing but its link, and would need the device's name.
        const bool usable = local.address.family() == target.family() && !floats(local.address) &&
                            !local.address.is_loopback() && !is_link_local(local.address);
        if (usable) own.push_back(local);
    }
    const InterfaceAddress* best = nullptr;
    for (const auto& local : own)
        if (is_on_link(target, local) && (best == nullptr || local.prefix_length > best->prefix_length))
            best = &local;
    if (best != nullptr) return best->address;
    if (!kernels_choice || !floats(*kernels_choice)) return std::nullopt;

    const auto chosen = std::ranges::find(locals, *kernels_choice, &InterfaceAddress::address);
    if (chosen != locals.end()) {
        const auto beside = std::ranges::find(own, chosen->link_index, &InterfaceAddress::link_index);
        if (beside != own.end()) return beside->address;
    }
    return own.empty() ? std::nullopt : std::optional(own.front().address);
}

}  // namespace pulse::net
