// Watches what goes to the kernel's IPVS over netlink in this network namespace, whoever sends it.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <linux/genetlink.h>
#include <linux/if_packet.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <unistd.h>

namespace {

constexpr const char* usage =
    "Usage: lab-trace DEVICE\n"
    "Prints a line for each write to the IPVS table that passes DEVICE, a netlink monitor (ip link add "
    "DEVICE type\n"
    "nlmon; ip link set DEVICE up), as it passes: NEW_SERVICE, SET_DEST and so on. \"ready\" comes first. "
    "Ends when\n"
    "it is killed.\n";

/// The name of a command that changes the table; nullptr for any other.
const char* write_name(std::uint8_t command) {
    switch (command) {
        case IPVS_CMD_NEW_SERVICE:
            return "NEW_SERVICE";
        case IPVS_CMD_SET_SERVICE:
            return "SET_SERVICE";
        case IPVS_CMD_DEL_SERVICE:
            return "DEL_SERVICE";
        case IPVS_CMD_NEW_DEST:
            return "NEW_DEST";
        case IPVS_CMD_SET_DEST:
            return "SET_DEST";
        case IPVS_CMD_DEL_DEST:
            return "DEL_DEST";
        case IPVS_CMD_FLUSH:
            return "FLUSH";
        default:
            return nullptr;
    }
}

int ipvs_family() {
    auto* socket = nl_socket_alloc();
    if (socket == nullptr || genl_connect(socket) < 0) return -1;
    const int family = genl_ctrl_resolve(socket, IPVS_GENL_NAME);
    nl_socket_free(socket);
    return family;
}

int open_monitor(const char* device) {
    const int fd = ::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
    sockaddr_ll at{};
    at.sll_family = AF_PACKET;
    at.sll_protocol = htons(ETH_P_ALL);
    at.sll_ifindex = static_cast<int>(if_nametoindex(device));
    constexpr int room = 8 << 20;
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    if (fd < 0 || at.sll_ifindex == 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) < 0)
        return -1;
    return fd;
}

/// One send of somebody may hold many requests.
void show_writes(std::string_view sent, int family) {
    while (sent.size() >= NLMSG_LENGTH(GENL_HDRLEN)) {
        nlmsghdr header{};
        genlmsghdr request{};
        std::memcpy(&header, sent.data(), sizeof header);
        std::memcpy(&request, sent.data() + NLMSG_HDRLEN, sizeof request);
        if (header.nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN) || header.nlmsg_len > sent.size()) break;
        // The kernel's answers to a dump bear the numbers of writes, but are no requests.
        const bool is_request = header.nlmsg_type == family && (header.nlmsg_flags & NLM_F_REQUEST) != 0;
        const char* name = is_request ? write_name(request.cmd) : nullptr;
        if (name != nullptr) (void)std::puts(name);
        sent.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), sent.size()));
    }
    (void)std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 || std::string_view(argv[1]).starts_with('-')) {
        (void)std::fputs(usage, stderr);
        return 2;
    }
    const int family = ipvs_family();
    const int monitor = open_monitor(argv[1]);
    if (family < 0 || monitor < 0) {
        std::perror("lab-trace");
        return 1;
    }
    (void)std::puts("ready");
    (void)std::fflush(stdout);
    alignas(nlmsghdr) static std::array<char, 1 << 18> buffer;
    for (;;) {
        sockaddr_ll from{};
        socklen_t length = sizeof from;
        const auto got =
            ::recvfrom(monitor, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
        if (got < 0 && errno != EINTR) return 1;
        if (got > 0 && ntohs(from.sll_protocol) == NETLINK_GENERIC)
            show_writes({buffer.data(), static_cast<std::size_t>(got)}, family);
    }
}
