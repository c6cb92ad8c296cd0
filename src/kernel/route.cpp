#include "pulse/kernel/route.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>
#include <set>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <netlink/attr.h>
#include <netlink/socket.h>

#include "pulse/net/netmask.h"

#include "route_codec.h"

namespace pulse::kernel {

namespace {

using Kind = net::AddressChange::Kind;

/// How often a listing is begun again. Among changes that never end a long one has no chance, but that of one
/// device's addresses, a single message, is rarely overtaken.
constexpr int tries = 4;
constexpr int tries_of_a_device = 20;
constexpr int tries_of_links = 10;

bool was_interrupted(const Error& error) { return error.code == std::errc::interrupted; }

/// Reads until nothing comes in between, at most `most` times.
template <class Read>
auto read_whole(int most, const Read& read) {
    auto answer = read();
    for (int i = 1; i < most && !answer && was_interrupted(answer.error()); ++i) answer = read();
    return answer;
}

/// Sets whether the secondary addresses of a device outlive their primary.
Message promotion(int link_index, bool on) {
    Message message(nlmsg_alloc_simple(RTM_SETLINK, 0));
    ifinfomsg info{};
    info.ifi_index = link_index;
    nlmsg_append(message.get(), &info, sizeof info, NLMSG_ALIGNTO);
    auto* families = nla_nest_start(message.get(), IFLA_AF_SPEC);
    auto* v4 = nla_nest_start(message.get(), AF_INET);
    auto* settings = nla_nest_start(message.get(), IFLA_INET_CONF);
    nla_put_u32(message.get(), IPV4_DEVCONF_PROMOTE_SECONDARIES, on ? 1 : 0);
    nla_nest_end(message.get(), settings);
    nla_nest_end(message.get(), v4);
    nla_nest_end(message.get(), families);
    return message;
}

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
    if (address.protocol != 0) nla_put_u8(message.get(), IFA_PROTO, address.protocol);
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
    const auto& label = change.address.label;
    const auto text = change.address.address.to_string() + "/" + std::to_string(change.address.prefix_length);
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
    // Has the kernel list the addresses of one device where asked so; kernels before 4.20 list all.
    const int strictly = 1;
    (void)::setsockopt(nl_socket_get_fd(socket->raw()), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &strictly,
                       sizeof strictly);
    return RouteClient(std::move(*socket));
}

Result<void> RouteClient::dump_links(const std::function<void(Link)>& take) {
    const Message message(nlmsg_alloc_simple(RTM_GETLINK, 0));
    ifinfomsg any{};
    nlmsg_append(message.get(), &any, sizeof any, NLMSG_ALIGNTO);
    return socket_.dump(message.get(), [&](nl_msg* answer) {
        if (auto link = link_from(answer)) take(std::move(*link));
    });
}

Result<std::vector<Link>> RouteClient::links() {
    return read_whole(tries_of_links, [&]() -> Result<std::vector<Link>> {
        std::vector<Link> links;
        auto done = dump_links([&](Link link) { links.push_back(std::move(link)); });
        if (!done) return fail(done.error(), "listing network interfaces");
        return links;
    });
}

Result<Link> RouteClient::link(const std::string& name) {
    // The kernel takes a longer name for a shorter one, or for a mistake.
    if (name.empty() || name.size() >= IFNAMSIZ) return fail(std::errc::no_such_device, name);
    const Message message(nlmsg_alloc_simple(RTM_GETLINK, 0));
    ifinfomsg any{};
    nlmsg_append(message.get(), &any, sizeof any, NLMSG_ALIGNTO);
    nla_put_string(message.get(), IFLA_IFNAME, name.c_str());
    return ask_for_link(message.get(), name);
}

Result<Link> RouteClient::link(int index) {
    const Message message(nlmsg_alloc_simple(RTM_GETLINK, 0));
    ifinfomsg info{};
    info.ifi_index = index;
    nlmsg_append(message.get(), &info, sizeof info, NLMSG_ALIGNTO);
    return ask_for_link(message.get(), "network interface " + std::to_string(index));
}

Result<Link> RouteClient::ask_for_link(nl_msg* question, const std::string& name) {
    std::optional<Link> found;
    auto done = socket_.request(question, [&](nl_msg* answer) { found = link_from(answer); });
    if (!done) return fail(done.error(), name);
    if (!found) return fail(std::errc::no_such_device, name);
    return std::move(*found);
}

Result<std::vector<InterfaceAddress>> RouteClient::addresses_of(int device) {
    const Message message(nlmsg_alloc_simple(RTM_GETADDR, 0));
    ifaddrmsg which{};
    which.ifa_index = static_cast<std::uint32_t>(device);
    nlmsg_append(message.get(), &which, sizeof which, NLMSG_ALIGNTO);
    std::vector<InterfaceAddress> addresses;
    auto done = socket_.dump(message.get(), [&](nl_msg* answer) {
        auto address = address_from(answer);
        if (address && (device == 0 || address->link_index == device))
            addresses.push_back(std::move(*address));
    });
    if (!done) return fail(done.error(), "listing addresses");
    return addresses;
}

Result<std::vector<InterfaceAddress>> RouteClient::addresses_by_device() {
    // Listings of devices that were interrupted may miss one, but hardly the same one each time.
    std::set<int> devices;
    const auto listed = read_whole(
        tries_of_links, [&] { return dump_links([&](const Link& link) { devices.insert(link.index); }); });
    if (!listed && !was_interrupted(listed.error())) return fail(listed.error(), "listing addresses");
    std::vector<InterfaceAddress> all;
    for (const int device : devices) {
        auto some = read_whole(tries_of_a_device, [&] { return addresses_of(device); });
        if (!some && some.error().code == std::errc::no_such_device) continue;  // it went meanwhile
        if (!some) return some;
        std::ranges::move(*some, std::back_inserter(all));
    }
    return all;
}

Result<std::vector<InterfaceAddress>> RouteClient::addresses() {
    constexpr int all_devices = 0;
    auto all = read_whole(tries, [&] { return addresses_of(all_devices); });
    if (all || !was_interrupted(all.error())) return all;
    return addresses_by_device();
}

Result<void> RouteClient::change_addresses(
    std::span<const net::AddressChange> changes,
    const std::function<void(std::size_t index, const Error&)>& on_failure) {
    std::vector<Message> batch;
    std::vector<std::size_t> whose;  // the change that a message belongs to
    const auto send = [&]() -> Result<void> {
        auto done = socket_.request_all(batch, [&](std::size_t index, int error_number) {
            const auto& change = changes[whose[index]];
            if (is_done(change.kind, error_number)) return;
            const std::error_code code(error_number, std::system_category());
            on_failure(whose[index], Error{code, description(change)});
        });
        batch.clear();
        whose.clear();
        if (!done) return fail(done.error(), "changing addresses");
        return {};
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto& change = changes[i];
        const auto add = [&](Message message) {
            batch.push_back(std::move(message));
            whose.push_back(i);
        };
        if (change.spares_others) add(promotion(change.address.link_index, true));
        add(message_for(change));
        if (change.spares_others) add(promotion(change.address.link_index, false));
        constexpr std::size_t most_of_a_change = 3;
        if (batch.size() + most_of_a_change <= NetlinkSocket::batch_size) continue;
        if (auto sent = send(); !sent) return sent;
    }
    return send();
}

}  // namespace pulse::kernel
