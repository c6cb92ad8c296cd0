// all_answer FIRST COUNT SECONDS [PAUSE]: pings COUNT IPv4 addresses from FIRST on (250 to a /24, as `guest`
// lays them out) every PAUSE (50) ms, and prints for how long the one that was silent longest did not answer,
// the median of all, how many never answered, how many no longer do, and how long the latest announcer of
// them needed for its first gratuitous ARP of each.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <vector>

#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>

#include <poll.h>

#include "pulse/base/text.h"
#include "pulse/net/ip_address.h"

namespace {

using namespace pulse;
using Clock = std::chrono::steady_clock;

struct Target {
    sockaddr_in address{};
    Clock::time_point answered{};
    Clock::duration longest{};  ///< silence between two answers
};

/// The first announcement of each address by whoever announces them now.
struct Announcements {
    std::array<std::uint8_t, ETH_ALEN> from{};
    std::vector<Clock::time_point> first;

    [[nodiscard]] Clock::duration sweep() const {
        std::vector<Clock::time_point> seen;
        std::ranges::copy_if(first, std::back_inserter(seen),
                             [](auto at) { return at != Clock::time_point{}; });
        if (seen.empty()) return {};
        const auto [earliest, latest] = std::ranges::minmax(seen);
        return latest - earliest;
    }
};

/// Addresses are numbered as `guest` lays them out.
std::uint32_t number_of(std::uint32_t address, std::uint32_t first) {
    const auto distance = address - first;
    return distance / 256 * 250 + distance % 256;
}

void take_announcements(int socket, std::uint32_t first, Announcements& announcements) {
    ether_arp packet{};
    while (::recv(socket, &packet, sizeof packet, MSG_DONTWAIT) == static_cast<ssize_t>(sizeof packet)) {
        if (std::memcmp(packet.arp_spa, packet.arp_tpa, sizeof packet.arp_spa) != 0) continue;
        std::uint32_t address = 0;
        std::memcpy(&address, packet.arp_spa, sizeof address);
        const auto number = number_of(ntohl(address), first);
        if (number >= announcements.first.size()) continue;
        if (std::memcmp(packet.arp_sha, announcements.from.data(), ETH_ALEN) != 0) {
            std::memcpy(announcements.from.data(), packet.arp_sha, ETH_ALEN);
            std::ranges::fill(announcements.first, Clock::time_point{});
        }
        if (announcements.first[number] == Clock::time_point{}) announcements.first[number] = Clock::now();
    }
}

std::uint16_t checksum(const icmphdr& header) {
    std::array<std::uint16_t, sizeof header / 2> words{};
    std::memcpy(words.data(), &header, sizeof header);
    std::uint32_t total = 0;
    for (const auto word : words) total += word;
    total = (total & 0xffffU) + (total >> 16U);
    return static_cast<std::uint16_t>(~(total + (total >> 16U)));
}

void ask_all(int socket, std::vector<Target>& targets) {
    constexpr std::size_t at_once = 64;
    for (std::size_t first = 0; first < targets.size(); first += at_once) {
        std::array<icmphdr, at_once> headers{};
        std::array<iovec, at_once> data{};
        std::array<mmsghdr, at_once> messages{};
        const auto count = std::min(at_once, targets.size() - first);
        for (std::size_t i = 0; i < count; ++i) {
            headers[i].type = ICMP_ECHO;
            headers[i].un.echo.sequence = static_cast<std::uint16_t>(first + i);
            headers[i].checksum = checksum(headers[i]);
            data[i] = {&headers[i], sizeof headers[i]};
            messages[i].msg_hdr.msg_name = &targets[first + i].address;
            messages[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
            messages[i].msg_hdr.msg_iov = &data[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        (void)::sendmmsg(socket, messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    }
}

void take_answers(int socket, std::vector<Target>& targets) {
    constexpr std::size_t at_once = 64;
    std::array<std::array<std::uint8_t, 64>, at_once> packets{};
    std::array<iovec, at_once> data{};
    std::array<mmsghdr, at_once> messages{};
    for (std::size_t i = 0; i < at_once; ++i) {
        data[i] = {packets[i].data(), packets[i].size()};
        messages[i].msg_hdr.msg_iov = &data[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (int got = static_cast<int>(at_once); got == static_cast<int>(at_once);) {
        got = ::recvmmsg(socket, messages.data(), at_once, MSG_DONTWAIT, nullptr);
        const auto now = Clock::now();
        for (int i = 0; i < got; ++i) {
            const auto& packet = packets[static_cast<std::size_t>(i)];
            icmphdr header{};
            std::memcpy(&header, packet.data() + sizeof(iphdr), sizeof header);
            if (header.type != ICMP_ECHOREPLY || header.un.echo.sequence >= targets.size()) continue;
            auto& target = targets[header.un.echo.sequence];
            if (target.answered != Clock::time_point{})
                target.longest = std::max(target.longest, now - target.answered);
            target.answered = now;
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const bool complete = argc == 4 || argc == 5;
    const auto first = complete ? net::IpAddress::parse(argv[1]) : std::nullopt;
    const auto count = complete ? parse_decimal<std::uint32_t>(argv[2]) : std::nullopt;
    const auto seconds = complete ? parse_decimal<int>(argv[3]) : std::nullopt;
    const auto pause = argc == 5 ? parse_decimal<int>(argv[4]) : 50;
    if (!first || !count || !seconds || !pause || *count == 0 || *count > 60'000)
        return (void)std::fputs("Usage: bench_all_answer FIRST COUNT SECONDS [PAUSE]\n", stderr), 2;
    const int socket = ::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
    if (socket < 0) return std::perror("bench_all_answer"), 1;
    const int listener = ::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ARP));
    if (listener < 0) return std::perror("bench_all_answer"), 1;
    const int buffer = 4 << 20;
    for (const int receiver : {socket, listener})
        (void)::setsockopt(receiver, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);

    std::vector<Target> targets(*count);
    for (std::uint32_t i = 0; i < *count; ++i) {
        targets[i].address.sin_family = AF_INET;
        targets[i].address.sin_addr.s_addr = htonl(first->v4_number() + i / 250 * 256 + i % 250);
    }
    Announcements announcements;
    announcements.first.resize(*count);
    for (const auto end = Clock::now() + std::chrono::seconds(*seconds); Clock::now() < end;) {
        const auto next = std::min(end, Clock::now() + std::chrono::milliseconds(*pause));
        ask_all(socket, targets);
        while (Clock::now() < next) {
            std::array<pollfd, 2> readable{{{.fd = socket, .events = POLLIN, .revents = 0},
                                            {.fd = listener, .events = POLLIN, .revents = 0}}};
            if (::poll(readable.data(), readable.size(), 2) <= 0) continue;
            take_announcements(listener, first->v4_number(), announcements);
            take_answers(socket, targets);
        }
    }
    const auto silent = std::ranges::count(targets, Clock::time_point{}, &Target::answered);
    const auto still = std::ranges::count_if(targets, [&](const auto& target) {
        return Clock::now() - target.answered > std::chrono::seconds(1);
    });
    std::ranges::sort(targets, {}, &Target::longest);
    const auto milliseconds = [](Clock::duration time) {
        return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
    };
    std::printf("%ld %ld %ld %ld %ld\n", milliseconds(targets.back().longest),
                milliseconds(targets[targets.size() / 2].longest), static_cast<long>(silent),
                static_cast<long>(still), milliseconds(announcements.sweep()));
    return 0;
}
