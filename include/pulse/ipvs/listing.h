#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "pulse/ipvs/table.h"

namespace pulse::ipvs {

/// What the kernel says of IPVS itself.
struct KernelInfo {
    std::uint32_t version = 0;  ///< a byte per component: 0x010201 is 1.2.1
    std::uint32_t connection_table_size = 0;
};

/// How a listing writes addresses and ports; the default is numbers.
struct Naming {
    std::function<std::string(const net::IpAddress&)> host = [](const net::IpAddress& a) {
        return a.to_string();
    };
    std::function<std::string(net::Port, net::Protocol)> port = [](net::Port p, net::Protocol) {
        return std::to_string(p.number);
    };
};

/// "IP Virtual Server version 1.2.1 (size=4096)\n" and the two title lines of the default listing.
[[nodiscard]] std::string listing_version(const KernelInfo& info);
[[nodiscard]] std::string listing_titles();

/// The lines of `ipvsadm -L` below the titles, byte for byte as ipvsadm 1.31 writes them, trailing blanks
/// included.
[[nodiscard]] std::string listing(const Dump& dump, const Naming& naming = {});

}  // namespace pulse::ipvs
