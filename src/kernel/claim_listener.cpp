#include "pulse/kernel/claim_listener.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <span>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "pulse/net/arp.h"
#include "pulse/net/neighbour_discovery.h"

namespace pulse::kernel {

namespace {

constexpr std::uint32_t drop = 0;
constexpr std::uint32_t keep = 2048;

sock_filter load(std::uint16_t size, std::uint32_t at) {
    return BPF_STMT(static_cast<std::uint16_t>(BPF_LD | BPF_ABS | size), at);
}
/// Goes on `yes` or `no` instructions further.
sock_filter when_equal(std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no);
}
sock_filter end(std::uint32_t bytes) { return BPF_STMT(BPF_RET | BPF_K, bytes); }

/// Replies, and requests for the sender's own address. A busy network is full of other requests.
const auto& arp_filter() {
    static const auto program = std::to_array<sock_filter>({
        load(BPF_H, 6),       // operation
        when_equal(2, 4, 0),  // reply: keep
        load(BPF_W, 14),      // sender's address
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        load(BPF_W, 24),  // target's address
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
        end(keep),
        end(drop),
    });
    return program;
}

/// ICMPv6 neighbour advertisements.
const auto& advertisement_filter() {
    static const auto program = std::to_array<sock_filter>({
        load(BPF_B, 6),  // next header
        when_equal(58, 0, 3),
        load(BPF_B, 40),  // type
        when_equal(136, 0, 1),
        end(keep),
        end(drop),
    });
    return program;
}

/// Without Ethernet headers. The filter is in place before the first packet can come.
template <std::size_t size>
Result<runtime::UniqueFd> listen(std::uint16_t ethertype, const std::array<sock_filter, size>& program) {
    runtime::UniqueFd socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return fail_errno("cannot open a packet socket", errno);
    // The kernel's structure has no const; it copies the program.
    const sock_fprog filter{.len = size, .filter = const_cast<sock_filter*>(program.data())};
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0)
        return fail_errno("cannot filter a packet socket", errno);
    const int ignore = 1;  // what leaves this host
    (void)::setsockopt(socket.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &ignore, sizeof ignore);
    sockaddr_ll on{};
    on.sll_family = AF_PACKET;
    on.sll_protocol = htons(ethertype);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&on), sizeof on) < 0)
        return fail_errno("cannot listen to neighbours", errno);
    return socket;
}

/// Hands over up to 32 packets with where each came from.
template <class Take>
void receive(int socket, const Take& take) {
    std::array<std::uint8_t, 2048> packet{};
    for (int i = 0; i < 32; ++i) {
        sockaddr_ll from{};
        socklen_t from_size = sizeof from;
        const auto size = ::recvfrom(socket, packet.data(), packet.size(), 0,
                                     reinterpret_cast<sockaddr*>(&from), &from_size);
        if (size < 0) return;
        if (from.sll_pkttype != PACKET_OUTGOING)
            take(std::span<const std::uint8_t>(packet).first(static_cast<std::size_t>(size)), from);
    }
}

}  // namespace

Result<ClaimListener> ClaimListener::open() {
    auto arp = listen(ETH_P_ARP, arp_filter());
    if (!arp) return fail(arp.error(), "");
    auto ipv6 = listen(ETH_P_IPV6, advertisement_filter());
    if (!ipv6) return fail(ipv6.error(), "");
    return ClaimListener(std::move(*arp), std::move(*ipv6));
}

std::vector<ClaimListener::Heard> ClaimListener::read() {
    std::vector<Heard> heard;
    receive(arp_.get(), [&](auto packet, const sockaddr_ll& from) {
        if (const auto claim = net::claim_in_arp(packet)) heard.push_back({*claim, from.sll_ifindex});
    });
    receive(ipv6_.get(), [&](auto packet, const sockaddr_ll& from) {
        net::Mac sender;
        std::copy_n(static_cast<const std::uint8_t*>(from.sll_addr), sender.bytes.size(),
                    sender.bytes.begin());
        if (const auto claim = net::claim_in_advertisement(packet, sender))
            heard.push_back({*claim, from.sll_ifindex});
    });
    return heard;
}

}  // namespace pulse::kernel
