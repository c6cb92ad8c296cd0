#pragma once

#include <cstdint>
#include <string>

#include "pulse/net/ip_address.h"
#include "pulse/net/mac.h"

namespace pulse::net {

/// A network device.
struct Link {
    int index = 0;
    std::string name;
    Mac mac;
    bool up = false;           ///< administratively
    bool carrier = false;      ///< up, and its cable or peer is there (IFF_RUNNING)
    bool loopback = false;     ///< lo
    bool resolves = true;      ///< neighbours find its addresses by ARP or ND (no IFF_NOARP, has a MAC)
    bool forwards_v6 = false;  ///< IPv6 packets of others pass: it calls itself a router
    bool promotes = false;     ///< secondary IPv4 addresses outlive their primary (promote_secondaries)

    friend bool operator==(const Link&, const Link&) = default;
};

/// An address on a device.
struct InterfaceAddress {
    int link_index = 0;
    std::string label;  ///< IPv4: the device's name or an alias such as "eth0:1"; empty for IPv6
    IpAddress address;
    int prefix_length = 32;
    std::uint8_t protocol =
        0;                   ///< who added it (IFA_PROTO); 0: nobody said, or the kernel is older than 5.18
    bool secondary = false;  ///< IPv4: the kernel removes it with the primary of its network

    friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) = default;
};

/// One write to the kernel's list of addresses.
struct AddressChange {
    enum class Kind { add, remove };
    Kind kind = Kind::add;
    InterfaceAddress address;
    bool spares_others =
        false;  ///< to remove: the secondaries of its network stay, whatever the device's setting

    friend bool operator==(const AddressChange&, const AddressChange&) = default;
};

}  // namespace pulse::net
