#include "route_codec.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <netlink/attr.h>

namespace pulse::kernel {

namespace {

std::string text_of(nlattr* attribute) {
    if (attribute == nullptr) return {};
    const auto* text = static_cast<const char*>(nla_data(attribute));
    return {text, strnlen(text, static_cast<std::size_t>(nla_len(attribute)))};
}

nlattr* within(nlattr* outer, int type) {
    return outer == nullptr ? nullptr : nla_find(static_cast<nlattr*>(nla_data(outer)), nla_len(outer), type);
}

/// Whether a device's setting is on, from what RTM_NEWLINK nests as IFLA_AF_SPEC, the family, its settings.
bool is_on(nlattr* families, int family, int settings_type, std::size_t index) {
    auto* settings = within(within(families, family), settings_type);
    std::int32_t on = 0;
    if (settings == nullptr || static_cast<std::size_t>(nla_len(settings)) < (index + 1) * sizeof on)
        return false;
    std::memcpy(&on, static_cast<const std::uint8_t*>(nla_data(settings)) + index * sizeof on, sizeof on);
    return on != 0;
}

}  // namespace

std::optional<net::Link> link_from(nl_msg* message) {
    auto* header = nlmsg_hdr(message);
    if (header->nlmsg_type != RTM_NEWLINK && header->nlmsg_type != RTM_DELLINK) return std::nullopt;
    std::array<nlattr*, IFLA_MAX + 1> attributes{};
    if (nlmsg_parse(header, sizeof(ifinfomsg), attributes.data(), IFLA_MAX, nullptr) < 0) return std::nullopt;
    ifinfomsg info{};
    std::memcpy(&info, nlmsg_data(header), sizeof info);
    auto* families = attributes[IFLA_AF_SPEC];
    net::Link link{
        .index = info.ifi_index,
        .name = text_of(attributes[IFLA_IFNAME]),
        .mac = {},
        .up = (info.ifi_flags & IFF_UP) != 0,
        .carrier = (info.ifi_flags & IFF_RUNNING) != 0,
        .loopback = (info.ifi_flags & IFF_LOOPBACK) != 0,
        .resolves = (info.ifi_flags & (IFF_LOOPBACK | IFF_NOARP)) == 0,
        .forwards_v6 = is_on(families, AF_INET6, IFLA_INET6_CONF, DEVCONF_FORWARDING),
        // IPv4 numbers its settings from 1.
        .promotes = is_on(families, AF_INET, IFLA_INET_CONF, IPV4_DEVCONF_PROMOTE_SECONDARIES - 1)};
    auto* mac = attributes[IFLA_ADDRESS];
    if (mac != nullptr && static_cast<std::size_t>(nla_len(mac)) == link.mac.bytes.size())
        std::memcpy(link.mac.bytes.data(), nla_data(mac), link.mac.bytes.size());
    else
        link.resolves = false;  // a tunnel, InfiniBand: none of our frames fit
    return link;
}

std::optional<net::InterfaceAddress> address_from(nl_msg* message) {
    auto* header = nlmsg_hdr(message);
    if (header->nlmsg_type != RTM_NEWADDR && header->nlmsg_type != RTM_DELADDR) return std::nullopt;
    std::array<nlattr*, IFA_MAX + 1> attributes{};
    if (nlmsg_parse(header, sizeof(ifaddrmsg), attributes.data(), IFA_MAX, nullptr) < 0) return std::nullopt;
    ifaddrmsg info{};
    std::memcpy(&info, nlmsg_data(header), sizeof info);
    const bool v4 = info.ifa_family == AF_INET;
    if (!v4 && info.ifa_family != AF_INET6) return std::nullopt;
    if (info.ifa_prefixlen > (v4 ? 32 : 128)) return std::nullopt;
    // IFA_LOCAL is the address itself; IFA_ADDRESS may be the other end of a point-to-point link.
    auto* bytes = attributes[IFA_LOCAL] != nullptr ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
    if (bytes == nullptr || nla_len(bytes) != (v4 ? 4 : 16)) return std::nullopt;
    const auto* protocol = attributes[IFA_PROTO];
    return net::InterfaceAddress{
        .link_index = static_cast<int>(info.ifa_index),
        .label = text_of(attributes[IFA_LABEL]),
        .address = net::IpAddress::from_bytes(
            v4 ? net::Family::v4 : net::Family::v6,
            {static_cast<const std::uint8_t*>(nla_data(bytes)), static_cast<std::size_t>(nla_len(bytes))}),
        .prefix_length = info.ifa_prefixlen,
        .protocol = protocol == nullptr ? std::uint8_t{0} : nla_get_u8(protocol),
        .secondary = v4 && (info.ifa_flags & IFA_F_SECONDARY) != 0};
}

}  // namespace pulse::kernel
