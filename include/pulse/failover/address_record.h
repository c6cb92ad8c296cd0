#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "pulse/net/ip_address.h"

namespace pulse::failover {

/// What pulse writes to every address it adds, where the kernel keeps it (IFA_PROTO, Linux 5.18). The kernel
/// itself uses numbers up to 3; routing daemons those of /etc/iproute2/rt_protos.
inline constexpr std::uint8_t address_protocol = 76;

/// An address that pulse has added to a device.
struct AddedAddress {
    std::string device;
    net::IpAddress address;
    int prefix_length = 32;

    friend auto operator<=>(const AddedAddress&, const AddedAddress&) = default;
};

/// The addresses that pulse has added and not removed: kept in the state directory, so that the next pulse
/// knows what is its own after this one died.
using AddressRecord = std::set<AddedAddress>;

/// "boot ID" and one line for each: "10.0.0.10/24 eth0". Addresses do not outlive a boot, and a record does
/// not speak of another one's.
[[nodiscard]] std::string to_text(const AddressRecord& record, std::string_view boot);

/// Empty for another boot's; a line that is none is left out.
[[nodiscard]] AddressRecord parse_record(std::string_view text, std::string_view boot);

}  // namespace pulse::failover
