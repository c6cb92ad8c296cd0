#include "pulse/kernel/packet_sender.h"

#include <cerrno>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

namespace pulse::kernel {

Result<PacketSender> PacketSender::open() {
    // Protocol 0: this socket only sends, so nothing is ever queued on it.
    runtime::UniqueFd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (!socket) return fail_errno("cannot open a packet socket", errno);
    return PacketSender(std::move(socket));
}

Result<void> PacketSender::send(int link_index, std::span<const std::uint8_t> frame) const {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = link_index;
    to.sll_protocol = htons(ETH_P_ARP);
    to.sll_halen = ETH_ALEN;
    const auto* address = reinterpret_cast<const sockaddr*>(&to);
    if (::sendto(socket_.get(), frame.data(), frame.size(), MSG_DONTWAIT, address, sizeof to) < 0)
        return fail_errno("sending an announcement", errno);
    return {};
}

}  // namespace pulse::kernel
