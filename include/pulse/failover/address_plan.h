#pragma once

#include <span>
#include <vector>

#include "pulse/failover/cluster.h"
#include "pulse/net/interface.h"

namespace pulse::failover {

/// What is to be written so that the floating addresses are up as lvs.cf wants them.
struct AddressPlan {
    std::vector<net::AddressChange> changes;  ///< in order
    std::vector<FloatingAddress> homeless;    ///< those whose device does not exist

    friend bool operator==(const AddressPlan&, const AddressPlan&) = default;
};

/// Compares the addresses that are there with those wanted. What is right is not touched. An address with
/// another prefix is added with the right one before the other goes (IPv6 knows an address only once:
/// removed, then added); one with another label, or on another device that neighbours resolve, is put right.
/// A copy on a device where nobody asks for it (lo, a NOARP device) is a real server's and stays. Where
/// lvs.cf names no mask, whatever is there will do, and a new address takes the network that the device is
/// in, else it is a single address.
[[nodiscard]] AddressPlan plan(std::span<const net::Link> links,
                               std::span<const net::InterfaceAddress> present,
                               std::span<const FloatingAddress> wanted);

/// What is to be removed so that none of these is up; copies that are a real server's stay here too.
[[nodiscard]] std::vector<net::AddressChange> removal(std::span<const net::Link> links,
                                                      std::span<const net::InterfaceAddress> present,
                                                      std::span<const FloatingAddress> unwanted);

}  // namespace pulse::failover
