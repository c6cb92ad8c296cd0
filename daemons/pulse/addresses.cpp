#include "addresses.h"

#include <algorithm>

#include "pulse/log/log.h"
#include "pulse/net/netmask.h"

namespace pulse::daemon {

namespace {

/// lvs.cf names no mask: take the network the device is in anyway, or just the address. (The original took
/// the class of the address, which draws a whole /8 onto the device.)
int prefix_length(const failover::FloatingAddress& wanted, int link_index,
                  const std::vector<kernel::InterfaceAddress>& present) {
    if (wanted.prefix_length) return *wanted.prefix_length;
    for (const auto& own : present)
        if (own.link_index == link_index && own.address.family() == wanted.address.family() &&
            net::same_network(own.address, wanted.address,
                              net::Netmask::prefix(own.address.family(), own.prefix_length)))
            return own.prefix_length;
    return net::address_bits(wanted.address.family());
}

}  // namespace

std::optional<kernel::InterfaceAddress> Addresses::find(const std::vector<kernel::InterfaceAddress>& present,
                                                        const failover::FloatingAddress& wanted) {
    const auto found = std::ranges::find(present, wanted.address, &kernel::InterfaceAddress::address);
    return found == present.end() ? std::nullopt : std::optional(*found);
}

void Addresses::raise() {
    const auto present = route_.addresses();
    if (!present) return log::error("{}", present.error().message());
    for (const auto& wanted : wanted_) {
        if (find(*present, wanted)) continue;
        const auto link = route_.link(wanted.device());
        if (!link) {
            log::error("cannot raise {}: {}", wanted.address.to_string(), link.error().message());
            continue;
        }
        const kernel::InterfaceAddress address{.link_index = link->index,
                                               .label = wanted.label,
                                               .address = wanted.address,
                                               .prefix_length = prefix_length(wanted, link->index, *present)};
        if (auto added = route_.add_address(address); !added)
            log::error("cannot raise {}: {}", wanted.address.to_string(), added.error().message());
        else
            log::debug("raised {}/{} on {}", wanted.address.to_string(), address.prefix_length, wanted.label);
    }
}

void Addresses::drop(const std::vector<failover::FloatingAddress>& unwanted) {
    const auto present = route_.addresses();
    if (!present) return log::error("{}", present.error().message());
    for (const auto& floating : unwanted) {
        const auto up = find(*present, floating);
        if (!up) continue;
        if (auto removed = route_.remove_address(*up); !removed)
            log::error("cannot take down {}: {}", floating.address.to_string(), removed.error().message());
        else
            log::debug("took down {} on {}", floating.address.to_string(), floating.label);
    }
}

}  // namespace pulse::daemon
