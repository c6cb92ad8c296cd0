// What the kernel answers over netlink: attributes of any kind, length and nesting. The first byte chooses
// what they are read as.

#include <array>
#include <cstring>
#include <memory>

#include <linux/rtnetlink.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "fuzz.h"
#include "ipvs_codec.h"
#include "route_codec.h"

namespace {

using namespace pulse;
using pulse::fuzz::require;

constexpr std::size_t longest = 4096;

/// A header with `payload` behind it, in memory that ends where it ends, so that the sanitizer sees the first
/// byte read beyond.
template <class Header>
std::unique_ptr<std::uint8_t[]> with_header(const Header& header, const std::uint8_t* payload,
                                            std::size_t size) {
    auto memory = std::make_unique<std::uint8_t[]>(sizeof header + size);
    std::memcpy(memory.get(), &header, sizeof header);
    std::memcpy(memory.get() + sizeof header, payload, size);
    return memory;
}

void read_nest(unsigned what, const std::uint8_t* payload, std::size_t size) {
    const nlattr header{.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + size), .nla_type = 1};
    const auto memory = with_header(header, payload, size);
    auto* nest = reinterpret_cast<nlattr*>(memory.get());
    if (what == 0) {
        if (const auto read = kernel::service_from(nest)) {
            const auto& [service, destinations, statistics] = *read;
            require(destinations.empty(), "servers out of nothing");
            require(service.scheduler.find('\0') == std::string::npos, "a name with a zero byte");
            require(service.id.is_mark() || service.id.endpoint.address.family() == service.id.family,
                    "an address of another family");
        }
        return;
    }
    if (what == 1) {
        for (const auto family : {net::Family::v4, net::Family::v6})
            (void)kernel::destination_from(nest, family);
        return;
    }
    if (const auto daemon = kernel::daemon_from(nest))
        require(daemon->interface.find('\0') == std::string::npos, "a name with a zero byte");
}

void read_route(unsigned what, const std::uint8_t* payload, std::size_t size) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + size);
    constexpr std::array<std::uint16_t, 4> types{RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_DELADDR};
    header.nlmsg_type = types.at(what % types.size());
    const auto memory = with_header(header, payload, size);
    // A message of libnl is a copy, at least a page long; beyond it nothing is found by reading too far.
    auto* message = ::nlmsg_convert(reinterpret_cast<nlmsghdr*>(memory.get()));
    if (message == nullptr) return;
    if (const auto link = kernel::link_from(message))
        require(link->name.find('\0') == std::string::npos, "a name with a zero byte");
    if (const auto address = kernel::address_from(message)) {
        const int bits = net::address_bits(address->address.family());
        require(address->prefix_length >= 0 && address->prefix_length <= bits,
                "a prefix longer than the address");
    }
    ::nlmsg_free(message);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2 || size > longest) return 0;
    const unsigned what = data[0] % 7U;
    if (what < 3)
        read_nest(what, data + 1, size - 1);
    else
        read_route(what - 3, data + 1, size - 1);
    return 0;
}
