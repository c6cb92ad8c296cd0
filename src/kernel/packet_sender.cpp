#include "pulse/kernel/packet_sender.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

namespace pulse::kernel {

namespace {

constexpr std::size_t at_once = 64;

/// In network byte order, as it stands behind the two hardware addresses.
std::uint16_t ethertype(std::span<const std::uint8_t> frame) {
    std::uint16_t type = 0;
    if (frame.size() >= ETH_HLEN) std::memcpy(&type, frame.data() + 2 * ETH_ALEN, sizeof type);
    return type;
}

}  // namespace

Result<PacketSender> PacketSender::open() {
    // Protocol 0: this socket only sends, so nothing is ever queued on it.
    runtime::UniqueFd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (!socket) return fail_errno("cannot open a packet socket", errno);
    return PacketSender(std::move(socket));
}

std::size_t PacketSender::send(std::span<const OutgoingFrame> frames,
                               const std::function<void(std::size_t index, const Error&)>& on_refused) const {
    std::array<sockaddr_ll, at_once> to{};
    std::array<iovec, at_once> data{};
    std::array<mmsghdr, at_once> messages{};
    std::size_t done = 0;
    while (done < frames.size()) {
        const auto slice = frames.subspan(done, std::min(at_once, frames.size() - done));
        for (std::size_t i = 0; i < slice.size(); ++i) {
            to[i].sll_family = AF_PACKET;
            to[i].sll_ifindex = slice[i].link_index;
            to[i].sll_protocol = ethertype(slice[i].bytes);
            to[i].sll_halen = ETH_ALEN;
            // sendmsg() does not write to what it sends.
            data[i] = {.iov_base = const_cast<std::uint8_t*>(slice[i].bytes.data()),
                       .iov_len = slice[i].bytes.size()};
            messages[i].msg_hdr = {.msg_name = &to[i],
                                   .msg_namelen = sizeof to[i],
                                   .msg_iov = &data[i],
                                   .msg_iovlen = 1,
                                   .msg_control = nullptr,
                                   .msg_controllen = 0,
                                   .msg_flags = 0};
        }
        const int sent =
            ::sendmmsg(socket_.get(), messages.data(), static_cast<unsigned>(slice.size()), MSG_DONTWAIT);
        if (sent > 0) {
            done += static_cast<std::size_t>(sent);
            continue;
        }
        const int reason = errno;
        if (reason == EAGAIN || reason == ENOBUFS) break;
        if (reason == EINTR) continue;
        on_refused(done, Error{{reason, std::system_category()}, "sending a frame"});
        ++done;
    }
    return done;
}

}  // namespace pulse::kernel
