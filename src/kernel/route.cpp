#include "pulse/kernel/route.h"

#include <algorithm>
#include <cerrno>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <netlink/attr.h>

#include "pulse/net/netmask.h"

#include "route_codec.h"

namespace pulse::kernel {

namespace {

using Kind = net::AddressChange::Kind;

Message message_for(const net::AddressChange& change) {
    const auto& address = change.address;
    const bool added = change.kind == Kind::add;
    const bool v4 = address.address.is_v4();
    Message message(
        nlmsg_alloc_simple(added ? RTM_NEWADDR : RTM_DELADDR, added ? NLM_F_CREATE | NLM_F_EXCL : 0));
    ifaddrmsg info{};
    info.ifa_family = v4 ? AF_INET : AF_INET6;
    info.ifa_prefixlen = static_cast<std::uint8_t>(address.prefix_length);
    info.ifa_index = static_cast<std::uint32_t>(address.link_index);
    if (!v4) info.ifa_flags = IFA_F_NODAD;
    nlmsg_append(message.get(), &info, sizeof info, NLMSG_ALIGNTO);
    const auto bytes = address.address.bytes();
    nla_put(message.get(), IFA_LOCAL, static_cast<int>(bytes.size()), bytes.data());
    nla_put(message.get(), IFA_ADDRESS, static_cast<int>(bytes.size()), bytes.data());
    if (!added) return message;
    if (!v4) {
        constexpr std::uint32_t forever = 0xffffffff;
        const ifa_cacheinfo lifetimes{.ifa_prefered = 0, .ifa_valid = forever, .cstamp = 0, .tstamp = 0};
        nla_put(message.get(), IFA_CACHEINFO, sizeof lifetimes, &lifetimes);
        return message;
    }
    const auto broadcast =
        net::last_address(address.address, net::Netmask::prefix(net::Family::v4, address.prefix_length));
    if (address.prefix_length < 31) nla_put(message.get(), IFA_BROADCAST, 4, broadcast.bytes().data());
    if (!address.label.empty()) nla_put_string(message.get(), IFA_LABEL, address.label.c_str());
    return message;
}

std::string description(const net::AddressChange& change) {
    const auto& [index, label, address, prefix_length] = change.address;
    const auto text = address.to_string() + "/" + std::to_string(prefix_length);
    const auto place = label.empty() ? std::string() : (change.kind == Kind::add ? " as " : " of ") + label;
    return (change.kind == Kind::add ? "adding " : "removing ") + text + place;
}

/// It is already as it should be.
bool is_done(Kind kind, int error_number) {
    return error_number == 0 || error_number == (kind == Kind::add ? EEXIST : EADDRNOTAVAIL);
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

Result<void> RouteClient::change_addresses(
    std::span<const net::AddressChange> changes,
    const std::function<void(std::size_t index, const Error&)>& on_failure) {
    std::vector<Message> batch;
    for (std::size_t first = 0; first < changes.size(); first += NetlinkSocket::batch_size) {
        const auto slice =
            changes.subspan(first, std::min(NetlinkSocket::batch_size, changes.size() - first));
        batch.clear();
        for (const auto& change : slice) batch.push_back(message_for(change));
        auto done = socket_.request_all(batch, [&](std::size_t index, int error_number) {
            if (is_done(slice[index].kind, error_number)) return;
            const std::error_code code(error_number, std::system_category());
            on_failure(first + index, Error{code, description(slice[index])});
        });
        if (!done) return fail(done.error(), "changing addresses");
    }
    return {};
}

}  // namespace pulse::kernel
