#pragma once

#include "pulse/net/ip_address.h"
#include "pulse/net/mac.h"

namespace pulse::net {

/// A neighbour's word that it has an address.
struct Claim {
    IpAddress address;
    Mac mac;
    friend bool operator==(const Claim&, const Claim&) = default;
};

}  // namespace pulse::net
