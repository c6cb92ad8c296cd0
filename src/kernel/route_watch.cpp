#include "pulse/kernel/route_watch.h"

#include <array>
#include <cstddef>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/socket.h>

#include "route_codec.h"

namespace pulse::kernel {

namespace {

int on_change(nl_msg* message, void* argument) {
    auto& changes = *static_cast<RouteChanges*>(argument);
    const auto type = nlmsg_hdr(message)->nlmsg_type;
    if (auto link = link_from(message))
        (type == RTM_NEWLINK ? changes.links : changes.gone_links).push_back(std::move(*link));
    else if (auto address = address_from(message))
        (type == RTM_NEWADDR ? changes.added : changes.removed).push_back(std::move(*address));
    return NL_OK;
}

/// Has the kernel keep the news of new addresses to itself: those of that protocol, or all.
bool leave_out(int descriptor, std::optional<std::uint8_t> protocol) {
    // A classic filter loads big-endian; netlink's header is in the host's order.
    constexpr auto attributes = static_cast<std::uint32_t>(NLMSG_HDRLEN + sizeof(ifaddrmsg));
    constexpr auto find_attribute = static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_NLATTR);
    const std::uint8_t if_new = protocol ? 0 : 8;  // instructions further
    std::array<sock_filter, 11> program{{
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(nlmsghdr, nlmsg_type)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWADDR), if_new, 7),
        BPF_STMT(BPF_LD | BPF_IMM, attributes),
        BPF_STMT(BPF_LDX | BPF_IMM, IFA_PROTO),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, find_attribute),  // where it begins, 0 if it is not there
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_B | BPF_IND, NLA_HDRLEN),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, protocol.value_or(0), 1, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffff'ffffU),
        BPF_STMT(BPF_RET | BPF_K, 0),
    }};
    const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
    return ::setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

int on_sequence(nl_msg*, void*) { return NL_OK; }

}  // namespace

Result<RouteWatch> RouteWatch::open(std::optional<std::uint8_t> new_ones_except) {
    auto socket = NetlinkSocket::open(NETLINK_ROUTE);
    if (!socket) return fail(socket.error(), "watching network interfaces");
    auto* raw = socket->raw();
    // A takeover of a thousand addresses tells of each.
    constexpr int receive_bytes = 4 << 20;
    nl_socket_set_buffer_size(raw, receive_bytes, 0);
    if (!leave_out(nl_socket_get_fd(raw), new_ones_except) || nl_socket_set_nonblocking(raw) < 0 ||
        nl_socket_add_memberships(raw, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, 0) < 0)
        return fail(std::errc::protocol_error, "watching network interfaces");
    return RouteWatch(std::move(*socket));
}

int RouteWatch::descriptor() const { return nl_socket_get_fd(socket_.raw()); }

Result<RouteChanges> RouteWatch::read() {
    struct CallbackDeleter {
        void operator()(nl_cb* callbacks) const { nl_cb_put(callbacks); }
    };
    RouteChanges changes;
    const std::unique_ptr<nl_cb, CallbackDeleter> callbacks(nl_cb_alloc(NL_CB_DEFAULT));
    if (!callbacks) return fail(std::errc::not_enough_memory, "netlink notifications");
    nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, on_change, &changes);
    nl_cb_set(callbacks.get(), NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_sequence, nullptr);
    // One datagram tells of one change; the caller's loop has other work too.
    constexpr int at_once = 32;
    for (int i = 0; i < at_once; ++i) {
        const int got = nl_recvmsgs(socket_.raw(), callbacks.get());
        if (got == -NLE_AGAIN) return changes;
        if (got == -NLE_NOMEM) {  // ENOBUFS: libnl's name for an overrun socket
            changes.lost = true;
            continue;
        }
        if (got < 0) return fail(std::errc::protocol_error, "netlink notifications");
    }
    changes.more = true;
    return changes;
}

}  // namespace pulse::kernel
