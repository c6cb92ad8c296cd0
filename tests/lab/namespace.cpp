#include "namespace.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>

namespace pulse::lab {

namespace {

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(what);
}

sockaddr_in name_of(const std::string& address, std::uint16_t port) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    require(::inet_pton(AF_INET, address.c_str(), &name.sin_addr) == 1, "no address");
    return name;
}

std::string text_of(std::uint32_t network_order) {
    std::array<char, INET_ADDRSTRLEN> text{};
    (void)::inet_ntop(AF_INET, &network_order, text.data(), text.size());
    return text.data();
}

bool comes(int socket, int milliseconds) {
    pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, milliseconds) > 0;
}

const sockaddr* generic(const sockaddr_in& name) { return reinterpret_cast<const sockaddr*>(&name); }

}  // namespace

InHost::InHost(const std::string& host) : home_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    const runtime::UniqueFd there(::open(("/run/netns/" + host).c_str(), O_RDONLY | O_CLOEXEC));
    require(home_ && there && ::setns(there.get(), CLONE_NEWNET) == 0, "cannot enter the host");
}

InHost::~InHost() { (void)::setns(home_.get(), CLONE_NEWNET); }

Udp::Udp(const std::string& host, const std::string& address, std::uint16_t port) {
    const InHost here(host);
    socket_ = runtime::UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto own = name_of(address, port);
    require(socket_ && ::bind(socket_.get(), generic(own), sizeof own) == 0, "cannot bind");
}

void Udp::send(std::span<const std::uint8_t> bytes, const std::string& to, std::uint16_t port) const {
    const auto name = name_of(to, port);
    (void)::sendto(socket_.get(), bytes.data(), bytes.size(), 0, generic(name), sizeof name);
}

std::optional<std::vector<std::uint8_t>> Udp::receive(int milliseconds) const {
    std::vector<std::uint8_t> bytes(2048);
    if (!comes(socket_.get(), milliseconds)) return std::nullopt;
    const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size));
    return bytes;
}

Forger::Forger(const std::string& host) {
    const InHost here(host);
    socket_ = runtime::UniqueFd(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
    require(static_cast<bool>(socket_), "no raw socket");
}

Forger::Packet Forger::packet(const std::string& from, const std::string& to, std::uint16_t port,
                              std::span<const std::uint8_t> bytes) {
    Packet packet(sizeof(iphdr) + sizeof(udphdr) + bytes.size());
    iphdr ip{};
    ip.version = 4;
    ip.ihl = 5;
    ip.ttl = 64;
    ip.protocol = IPPROTO_UDP;
    ip.saddr = name_of(from, 0).sin_addr.s_addr;
    ip.daddr = name_of(to, port).sin_addr.s_addr;
    udphdr udp{};
    udp.source = htons(port);
    udp.dest = htons(port);
    udp.len = htons(static_cast<std::uint16_t>(sizeof udp + bytes.size()));
    auto at = packet.begin();
    const auto add = [&](const void* data, std::size_t size) {
        const auto* first = static_cast<const std::uint8_t*>(data);
        at = std::copy(first, first + size, at);
    };
    add(&ip, sizeof ip);
    add(&udp, sizeof udp);
    add(bytes.data(), bytes.size());
    return packet;
}

void Forger::send(const std::string& from, const std::string& to, std::uint16_t port,
                  std::span<const std::uint8_t> bytes) const {
    const Packet one = packet(from, to, port, bytes);
    (void)send(std::span(&one, 1));
}

std::size_t Forger::send(std::span<const Packet> packets) const {
    std::vector<sockaddr_in> targets(packets.size());
    std::vector<iovec> parts(packets.size());
    std::vector<mmsghdr> messages(packets.size());
    for (std::size_t i = 0; i < packets.size(); ++i) {
        iphdr ip{};
        std::copy_n(packets[i].begin(), sizeof ip, reinterpret_cast<std::uint8_t*>(&ip));
        targets[i].sin_family = AF_INET;
        targets[i].sin_addr.s_addr = ip.daddr;
        parts[i] = {.iov_base = const_cast<std::uint8_t*>(packets[i].data()), .iov_len = packets[i].size()};
        auto& header = messages[i].msg_hdr;
        header.msg_name = &targets[i];
        header.msg_namelen = sizeof targets[i];
        header.msg_iov = &parts[i];
        header.msg_iovlen = 1;
    }
    const int sent = ::sendmmsg(socket_.get(), messages.data(), static_cast<unsigned>(messages.size()), 0);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

Wiretap::Wiretap(const std::string& host) {
    const InHost here(host);
    socket_ = runtime::UniqueFd(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP)));
    require(static_cast<bool>(socket_), "no packet socket");
}

std::optional<Wiretap::Packet> Wiretap::next(std::uint16_t port, int milliseconds) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    while (std::chrono::steady_clock::now() < end && comes(socket_.get(), milliseconds)) {
        std::array<std::uint8_t, 2048> bytes{};
        const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
        iphdr ip{};
        udphdr udp{};
        if (size < static_cast<ssize_t>(sizeof ip + sizeof udp)) continue;
        std::copy_n(bytes.begin(), sizeof ip, reinterpret_cast<std::uint8_t*>(&ip));
        const std::size_t header = ip.ihl * 4U;
        if (ip.protocol != IPPROTO_UDP || static_cast<std::size_t>(size) < header + sizeof udp) continue;
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(header), sizeof udp,
                    reinterpret_cast<std::uint8_t*>(&udp));
        if (ntohs(udp.dest) != port) continue;
        const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(header + sizeof udp);
        return Packet{
            .from = text_of(ip.saddr), .to = text_of(ip.daddr), .payload = {first, bytes.begin() + size}};
    }
    return std::nullopt;
}

}  // namespace pulse::lab
