#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "pulse/failover/address_record.h"
#include "pulse/failover/cluster.h"
#include "pulse/net/interface.h"

namespace pulse::failover {

/// What this host has: the addresses, and at least the devices that floating addresses are or may be on.
struct AddressView {
    std::vector<net::Link> links;
    std::vector<net::InterfaceAddress> present;
};

/// What is to be written so that the floating addresses are as they should be.
struct AddressPlan {
    std::vector<net::AddressChange> changes;  ///< in order
    std::size_t leaving = 0;  ///< so many of them, at the beginning, only take down what is unwanted
    std::vector<net::IpAddress> missing;    ///< of those wanted: up nowhere they are wanted
    std::vector<FloatingAddress> homeless;  ///< those whose device does not exist

    friend bool operator==(const AddressPlan&, const AddressPlan&) = default;
};

/// The addresses that pulse added, among those that are there. An address is pulse's by what pulse wrote to
/// it or about it, never by its value: its protocol (`address_protocol`) says so; or, where nobody's does,
/// the alias that lvs.cf gives it ("eth0:1"), or, on a kernel that keeps no protocols, the record.
[[nodiscard]] AddressRecord added_by_pulse(const AddressView& view, std::span<const FloatingAddress> floating,
                                           const AddressRecord& record);

/// Has `wanted` up, and nothing else that pulse added.
///
/// What is right is not touched. An address that somebody else has on the device counts as up and is left
/// exactly as it is. One of ours with another prefix or label, or on another device, is put right, the new
/// one added before the old one goes; where the kernel does not take both (IPv4 with the same prefix) a third
/// with another prefix stands in for the moment, and only an IPv6 address is away for that long. Where lvs.cf
/// names no mask, whatever is there will do, and a new address takes the network that the device is in, else
/// it is a single address. A label that is too long for the kernel is left out.
///
/// An address of ours never takes others along: what is the primary of a network goes with that network
/// spared, and steps behind an address of the host that came later, so that the host speaks from its own.
[[nodiscard]] AddressPlan plan(const AddressView& view, std::span<const FloatingAddress> wanted,
                               const AddressRecord& ours);

/// Removes all that pulse added.
[[nodiscard]] std::vector<net::AddressChange> removal(const AddressView& view, const AddressRecord& ours);

/// Copies of floating addresses that are up where neighbours ask for them, and not pulse's. A copy on a
/// device where nobody asks for it (lo, a NOARP device) is a real server's.
[[nodiscard]] std::vector<net::InterfaceAddress> strangers(const AddressView& view,
                                                           std::span<const FloatingAddress> floating,
                                                           const AddressRecord& ours);

/// A floating address that is not as it should be.
struct AddressTrouble {
    net::IpAddress address;
    bool must_be_up = true;  ///< else it must be down, and is up
    std::string reason;

    friend bool operator==(const AddressTrouble&, const AddressTrouble&) = default;
};

/// "10.0.0.10 is not up: there is no device eth9"
[[nodiscard]] std::string to_text(const AddressTrouble& trouble);

/// The label that the kernel takes: of IPv4 the one of lvs.cf, the device's name if that is too long.
[[nodiscard]] std::string label_of(const FloatingAddress& floating);

}  // namespace pulse::failover
