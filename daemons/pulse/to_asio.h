#pragma once

#include <algorithm>

#include <boost/asio/ip/address.hpp>

#include "pulse/net/ip_address.h"

namespace pulse::daemon {

/// The same address as Boost.Asio has it.
[[nodiscard]] inline boost::asio::ip::address to_asio(const net::IpAddress& address) {
    if (address.is_v4()) return boost::asio::ip::address_v4(address.v4_number());
    boost::asio::ip::address_v6::bytes_type bytes{};
    std::ranges::copy(address.bytes(), bytes.begin());
    return boost::asio::ip::address_v6(bytes);
}

}  // namespace pulse::daemon
