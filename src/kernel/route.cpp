#include "pulse/kernel/route.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <netlink/attr.h>

#include "pulse/net/netmask.h"

namespace pulse::kernel {

namespace {

std::string text_of(nlattr* attribute) {
    if (attribute == nullptr) return {};
    const auto* text = static_cast<const char*>(nla_data(attribute));
    return {text, strnlen(text, static_cast<std::size_t>(nla_len(attribute)))};
}

std::optional<Link> link_from(nl_msg* message) {
    auto* header = nlmsg_hdr(message);
    if (header->nlmsg_type != RTM_NEWLINK) return std::nullopt;
    std::array<nlattr*, IFLA_MAX + 1> attributes{};
    if (nlmsg_parse(header, sizeof(ifinfomsg), attributes.data(), IFLA_MAX, nullptr) < 0) return std::nullopt;
    ifinfomsg info{};
    std::memcpy(&info, nlmsg_data(header), sizeof info);
    Link link{.index = info.ifi_index,
              .name = text_of(attributes[IFLA_IFNAME]),
              .mac = {},
              .up = (info.ifi_flags & IFF_UP) != 0,
              .carrier = (info.ifi_flags & IFF_RUNNING) != 0};
    auto* mac = attributes[IFLA_ADDRESS];
    if (mac != nullptr && static_cast<std::size_t>(nla_len(mac)) == link.mac.bytes.size())
        std::memcpy(link.mac.bytes.data(), nla_data(mac), link.mac.bytes.size());
    return link;
}

std::optional<InterfaceAddress> address_from(nl_msg* message) {
    auto* header = nlmsg_hdr(message);
    if (header->nlmsg_type != RTM_NEWADDR) return std::nullopt;
    std::array<nlattr*, IFA_MAX + 1> attributes{};
    if (nlmsg_parse(header, sizeof(ifaddrmsg), attributes.data(), IFA_MAX, nullptr) < 0) return std::nullopt;
    ifaddrmsg info{};
    std::memcpy(&info, nlmsg_data(header), sizeof info);
    const bool v4 = info.ifa_family == AF_INET;
    if (!v4 && info.ifa_family != AF_INET6) return std::nullopt;
    // IFA_LOCAL is the address itself; IFA_ADDRESS may be the other end of a point-to-point link.
    auto* bytes = attributes[IFA_LOCAL] != nullptr ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
    if (bytes == nullptr || nla_len(bytes) != (v4 ? 4 : 16)) return std::nullopt;
    return InterfaceAddress{
        .link_index = static_cast<int>(info.ifa_index),
        .label = text_of(attributes[IFA_LABEL]),
        .address = net::IpAddress::from_bytes(
            v4 ? net::Family::v4 : net::Family::v6,
            {static_cast<const std::uint8_t*>(nla_data(bytes)), static_cast<std::size_t>(nla_len(bytes))}),
        .prefix_length = info.ifa_prefixlen};
}

Message address_message(int type, int flags, const InterfaceAddress& address) {
    Message message(nlmsg_alloc_simple(type, flags));
    ifaddrmsg info{};
    info.ifa_family = address.address.is_v4() ? AF_INET : AF_INET6;
    info.ifa_prefixlen = static_cast<std::uint8_t>(address.prefix_length);
    info.ifa_index = static_cast<std::uint32_t>(address.link_index);
    if (!address.address.is_v4()) info.ifa_flags = IFA_F_NODAD;
    nlmsg_append(message.get(), &info, sizeof info, NLMSG_ALIGNTO);
    const auto bytes = address.address.bytes();
    nla_put(message.get(), IFA_LOCAL, static_cast<int>(bytes.size()), bytes.data());
    nla_put(message.get(), IFA_ADDRESS, static_cast<int>(bytes.size()), bytes.data());
    return message;
}

}  // namespace

Result<RouteClient> RouteClient::open() {
    auto socket = NetlinkSocket::open(NETLINK_ROUTE);
    if (!socket) return fail(socket.error(), "network interfaces");
    return RouteClient(std::move(*socket));
}

Result<std::vector<Link>> RouteClient::links() {
    const Message message(nlmsg_alloc_simple(RTM_GETLINK, 0));
    ifinfomsg any{};
    nlmsg_append(message.get(), &any, sizeof any, NLMSG_ALIGNTO);
    std::vector<Link> links;
    auto done = socket_.dump(message.get(), [&](nl_msg* answer) {
        if (auto link = link_from(answer)) links.push_back(std::move(*link));
    });
    if (!done) return fail(done.error(), "listing network interfaces");
    return links;
}

Result<Link> RouteClient::link(const std::string& name) {
    auto all = links();
    if (!all) return fail(all.error(), "");
    const auto found = std::ranges::find(*all, name, &Link::name);
    if (found == all->end()) return fail(std::errc::no_such_device, name);
    return std::move(*found);
}

Result<std::vector<InterfaceAddress>> RouteClient::addresses() {
    const Message message(nlmsg_alloc_simple(RTM_GETADDR, 0));
    ifaddrmsg any{};
    nlmsg_append(message.get(), &any, sizeof any, NLMSG_ALIGNTO);
    std::vector<InterfaceAddress> addresses;
    auto done = socket_.dump(message.get(), [&](nl_msg* answer) {
        if (auto address = address_from(answer)) addresses.push_back(std::move(*address));
    });
    if (!done) return fail(done.error(), "listing addresses");
    return addresses;
}

Result<void> RouteClient::add_address(const InterfaceAddress& address) {
    const auto message = address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address);
    if (address.address.is_v4()) {
        const auto mask = net::Netmask::prefix(net::Family::v4, address.prefix_length);
        const auto broadcast = net::last_address(address.address, mask);
        if (address.prefix_length < 31) nla_put(message.get(), IFA_BROADCAST, 4, broadcast.bytes().data());
        if (!address.label.empty()) nla_put_string(message.get(), IFA_LABEL, address.label.c_str());
    }
    auto done = socket_.request(message.get());
    if (!done && done.error().code.value() != EEXIST)
        return fail(done.error(), "adding " + address.address.to_string() + " as " + address.label);
    return {};
}

Result<void> RouteClient::remove_address(const InterfaceAddress& address) {
    const auto message = address_message(RTM_DELADDR, 0, address);
    auto done = socket_.request(message.get());
    if (!done && done.error().code.value() != EADDRNOTAVAIL)
        return fail(done.error(), "removing " + address.address.to_string());
    return {};
}

}  // namespace pulse::kernel
