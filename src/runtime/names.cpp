#include "pulse/runtime/names.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <netdb.h>

namespace pulse::runtime {

namespace {

/// The first address of that family, or getaddrinfo's error (EAI_...).
tl::expected<net::IpAddress, int> first_address(const std::string& name, int family) {
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &found);
    if (error != 0) return tl::unexpected(error);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    if (family == AF_INET6) {
        sockaddr_in6 address{};
        std::memcpy(&address, found->ai_addr, sizeof address);
        return net::IpAddress::from_bytes(net::Family::v6, address.sin6_addr.s6_addr);
    }
    sockaddr_in address{};
    std::memcpy(&address, found->ai_addr, sizeof address);
    return net::IpAddress::v4(ntohl(address.sin_addr.s_addr));
}

}  // namespace

std::optional<net::IpAddress> host_address(std::string_view name) {
    if (const auto literal = net::IpAddress::parse_lenient(name)) return literal;
    if (const auto address = first_address(std::string(name), AF_INET)) return *address;
    return std::nullopt;
}

std::optional<net::IpAddress> host_address_v6(std::string_view name) {
    const auto address = first_address(std::string(name), AF_INET6);
    return address ? std::optional(*address) : std::nullopt;
}

Result<net::IpAddress> find_host_address(const std::string& name) {
    auto address = first_address(name, AF_INET);
    const bool has_no_v4 = !address && (address.error() == EAI_NONAME || address.error() == EAI_NODATA ||
                                        address.error() == EAI_ADDRFAMILY);
    if (has_no_v4) address = first_address(name, AF_INET6);
    if (address) return *address;
    if (address.error() == EAI_SYSTEM) return fail_errno("cannot ask the name service", errno);
    return fail(std::error_code(), ::gai_strerror(address.error()));
}

std::optional<net::Port> service_port(std::string_view name, net::Protocol protocol) {
    const auto* entry = ::getservbyname(std::string(name).c_str(), std::string(net::name(protocol)).c_str());
    if (entry == nullptr) return std::nullopt;
    return net::Port{ntohs(static_cast<std::uint16_t>(entry->s_port))};
}

std::string host_name(const net::IpAddress& address) {
    sockaddr_storage storage{};
    socklen_t size = 0;
    if (address.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        std::memcpy(&v4.sin_addr, address.bytes().data(), address.bytes().size());
        std::memcpy(&storage, &v4, size = sizeof v4);
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        std::memcpy(&v6.sin6_addr, address.bytes().data(), address.bytes().size());
        std::memcpy(&storage, &v6, size = sizeof v6);
    }
    std::array<char, NI_MAXHOST> name{};
    const auto* generic = reinterpret_cast<const sockaddr*>(&storage);
    if (::getnameinfo(generic, size, name.data(), name.size(), nullptr, 0, NI_NAMEREQD) != 0)
        return address.to_string();
    return name.data();
}

std::string port_name(net::Port port, net::Protocol protocol) {
    const auto* entry = ::getservbyport(htons(port.number), std::string(net::name(protocol)).c_str());
    return entry != nullptr ? std::string(entry->s_name) : std::to_string(port.number);
}

bool device_exists(std::string_view name) { return ::if_nametoindex(std::string(name).c_str()) != 0; }

}  // namespace pulse::runtime
