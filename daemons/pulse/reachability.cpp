#include "reachability.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>

#include <unistd.h>

#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

constexpr std::size_t echo_size = 16;

/// RFC 1071. ICMPv6's is the kernel's business.
std::uint16_t checksum(std::span<const std::uint8_t> bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += std::uint32_t{bytes[i]} << 8U | bytes[i + 1];
    while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
}

std::array<std::uint8_t, echo_size> echo_request(bool v6, std::uint16_t identifier, std::uint16_t sequence) {
    std::array<std::uint8_t, echo_size> bytes{};
    bytes[0] = v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
    bytes[4] = static_cast<std::uint8_t>(identifier >> 8U);
    bytes[5] = static_cast<std::uint8_t>(identifier & 0xffU);
    bytes[6] = static_cast<std::uint8_t>(sequence >> 8U);
    bytes[7] = static_cast<std::uint8_t>(sequence & 0xffU);
    const auto sum = v6 ? std::uint16_t{0} : checksum(bytes);
    bytes[2] = static_cast<std::uint8_t>(sum >> 8U);
    bytes[3] = static_cast<std::uint8_t>(sum & 0xffU);
    return bytes;
}

/// Whether it is an answer to a question with our identifier. An IPv4 raw socket gives the IP header too.
bool is_our_reply(std::span<const std::uint8_t> packet, bool v6, std::uint16_t identifier) {
    const std::size_t header = v6 || packet.empty() ? 0 : (packet[0] & 0x0fU) * 4U;
    if (packet.size() < header + 8) return false;
    const auto icmp = packet.subspan(header);
    return icmp[0] == (v6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) &&
           (icmp[4] << 8 | icmp[5]) == static_cast<int>(identifier);
}

}  // namespace

void Reachability::watch(const config::Config& config) {
    nodes_.clear();
    const auto now = Clock::now();
    for (const auto& address : config.ping) nodes_.push_back({.address = address, .heard_at = now});
    for (const auto& address : config.ping_group)
        nodes_.push_back({.address = address, .in_group = true, .heard_at = now});
    interval_ = std::max<Duration>(config.keepalive, std::chrono::milliseconds(200));
    patience_ = std::max<Duration>(config.deadtime, 3 * interval_);
    ++turn_;
    timer_.cancel();
    if (nodes_.empty()) return;
    for (const bool v6 : {false, true}) {
        if (std::ranges::none_of(nodes_, [&](const Node& node) { return node.address.is_v4() != v6; }))
            continue;
        if (auto opened = open(v6); !opened) log::error("cannot ping: {}", opened.error().message());
    }
    runtime::spawn_logged(context_, "ping", ask(turn_));
}

Result<void> Reachability::open(bool v6) {
    auto& descriptor = v6 ? v6_ : v4_;
    if (descriptor.is_open()) return {};
    runtime::UniqueFd socket(
        ::socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                 v6 ? static_cast<int>(IPPROTO_ICMPV6) : static_cast<int>(IPPROTO_ICMP)));
    if (!socket) return fail_errno("no raw socket for ICMP", errno);
    if (v6) {
        icmp6_filter filter{};
        ICMP6_FILTER_SETBLOCKALL(&filter);
        ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
        (void)::setsockopt(socket.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter);
    } else {
        constexpr int icmp_filter_option = 1;  // ICMP_FILTER of linux/icmp.h, which netinet's clashes with
        const std::uint32_t all_but_replies = ~(1U << ICMP_ECHOREPLY);
        (void)::setsockopt(socket.get(), SOL_RAW, icmp_filter_option, &all_but_replies,
                           sizeof all_but_replies);
    }
    identifier_ = static_cast<std::uint16_t>(::getpid() & 0xffff);
    descriptor.assign(socket.release());
    runtime::spawn_logged(context_, "answers to pings", hear(v6));
    return {};
}

asio::awaitable<void> Reachability::ask(unsigned turn) {
    while (turn == turn_) {
        ++sequence_;
        for (const auto& node : nodes_) send(node);
        timer_.expires_after(interval_);
        co_await timer_.async_wait(runtime::as_result);
        if (turn == turn_) judge();
    }
}

void Reachability::send(const Node& node) {
    const bool v6 = !node.address.is_v4();
    auto& descriptor = v6 ? v6_ : v4_;
    if (!descriptor.is_open()) return;
    const auto bytes = echo_request(v6, identifier_, sequence_);
    sockaddr_storage to{};
    if (v6) {
        sockaddr_in6 name{};
        name.sin6_family = AF_INET6;
        std::memcpy(&name.sin6_addr, node.address.bytes().data(), sizeof name.sin6_addr);
        std::memcpy(&to, &name, sizeof name);
    } else {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(node.address.v4_number());
        std::memcpy(&to, &name, sizeof name);
    }
    // A failure is silence, which is what will be judged.
    (void)::sendto(descriptor.native_handle(), bytes.data(), bytes.size(), 0,
                   reinterpret_cast<const sockaddr*>(&to), v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
}

asio::awaitable<void> Reachability::hear(bool v6) {
    auto& descriptor = v6 ? v6_ : v4_;
    for (;;) {
        const auto [error] =
            co_await descriptor.async_wait(asio::posix::descriptor_base::wait_read, runtime::as_result);
        if (error) co_return;
        constexpr int most_at_once = 64;  // then the heartbeats have their turn
        for (int i = 0; i < most_at_once; ++i) {
            std::array<std::uint8_t, 256> packet{};
            sockaddr_in6 from{};
            socklen_t length = sizeof from;
            const auto size = ::recvfrom(descriptor.native_handle(), packet.data(), packet.size(), 0,
                                         reinterpret_cast<sockaddr*>(&from), &length);
            if (size < 0) break;
            if (!is_our_reply(std::span(packet).first(static_cast<std::size_t>(size)), v6, identifier_))
                continue;
            std::array<std::uint8_t, 16> bytes{};
            sockaddr_in v4{};
            std::memcpy(&v4, &from, sizeof v4);
            std::memcpy(bytes.data(), &from.sin6_addr, bytes.size());
            heard(v6 ? net::IpAddress::from_bytes(net::Family::v6, bytes)
                     : net::IpAddress::v4(ntohl(v4.sin_addr.s_addr)));
        }
    }
}

void Reachability::heard(const net::IpAddress& from) {
    for (auto& node : nodes_)
        if (node.address == from) node.heard_at = Clock::now();
}

void Reachability::judge() {
    const auto now = Clock::now();
    std::size_t count = 0;
    bool group = false;
    for (auto& node : nodes_) {
        const bool up = now - node.heard_at < patience_;
        if (up != node.up) {
            if (up)
                log::info("ping node {} answers again", node.address.to_string());
            else
                log::warning("ping node {} does not answer", node.address.to_string());
        }
        node.up = up;
        if (node.in_group)
            group = group || up;
        else
            count += up ? 1 : 0;
    }
    on_change_(static_cast<std::uint16_t>(count + (group ? 1 : 0)));
}

std::vector<std::string> Reachability::silent() const {
    std::vector<std::string> all;
    for (const auto& node : nodes_)
        if (!node.up) all.push_back(node.address.to_string());
    return all;
}

}  // namespace pulse::daemon
