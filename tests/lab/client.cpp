#include "client.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

namespace pulse::lab {

namespace {

/// This thread belongs to another network from now on.
bool enter(const char* space) {
    const int fd = ::open(space, O_RDONLY | O_CLOEXEC);
    const bool done = fd >= 0 && ::setns(fd, CLONE_NEWNET) == 0;
    if (fd >= 0) ::close(fd);
    return done;
}

timeval time_of(std::chrono::milliseconds time) {
    return {.tv_sec = time.count() / 1000, .tv_usec = time.count() % 1000 * 1000};
}

/// A TCP connection of the host `client`, for a thread of its own; in `error` why there is none.
int connect_as_client(const std::string& address, int port, std::string& error) {
    if (!enter("/run/netns/client")) error = "no client";
    const bool v6 = address.find(':') != std::string::npos;
    const int fd = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // A takeover takes seconds here, and TCP waits longer each time it repeats itself.
    const auto patience = time_of(std::chrono::seconds(30));
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    sockaddr_in6 to6{};
    to6.sin6_family = AF_INET6;
    to6.sin6_port = to.sin_port;
    (void)(v6 ? ::inet_pton(AF_INET6, address.c_str(), &to6.sin6_addr)
              : ::inet_pton(AF_INET, address.c_str(), &to.sin_addr));
    const auto connected = v6 ? ::connect(fd, reinterpret_cast<const sockaddr*>(&to6), sizeof to6)
                              : ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    if (error.empty() && connected < 0) error = std::strerror(errno);
    return fd;
}

}  // namespace

Conversation::Conversation(const std::string& address, int port)
    : thread_([this, address, port] {
          talk(address, port);
          ended_ = true;
      }) {}

Conversation::~Conversation() {
    stop_ = true;
    thread_.join();
}

void Conversation::talk(const std::string& address, int port) {
    const int fd = connect_as_client(address, port, end_);
    while (end_.empty() && !stop_) {
        constexpr std::string_view question = "GET / HTTP/1.1\r\nHost: lab\r\n\r\n";
        std::array<char, 4096> answer{};
        if (!resting_) {
            if (::send(fd, question.data(), question.size(), MSG_NOSIGNAL) < 0) {
                end_ = std::strerror(errno);
                break;
            }
            const auto got = ::recv(fd, answer.data(), answer.size(), 0);
            if (got <= 0)
                end_ = got == 0 ? "closed" : std::strerror(errno);
            else
                ++answers_;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    ::close(fd);
}

Download::Download(const std::string& address, int port, std::string path)
    : thread_([this, address, port, path = std::move(path)] {
          load(address, port, path);
          ended_ = true;
      }) {}

Download::~Download() {
    stop_ = true;
    thread_.join();
}

void Download::load(const std::string& address, int port, const std::string& path) {
    const int fd = connect_as_client(address, port, end_);
    const auto question = "GET " + path + " HTTP/1.0\r\nHost: lab\r\n\r\n";
    if (end_.empty() && ::send(fd, question.data(), question.size(), MSG_NOSIGNAL) < 0)
        end_ = std::strerror(errno);
    while (end_.empty() && !stop_) {
        std::array<char, 16384> part{};
        const auto got = ::recv(fd, part.data(), part.size(), 0);
        if (got == 0) break;
        if (got < 0) {
            end_ = std::strerror(errno);
            break;
        }
        answer_.append(part.data(), static_cast<std::size_t>(got));
        received_ = answer_.size();
    }
    ::close(fd);
}

std::string Download::body() const {
    if (!ended_) return {};
    const auto header = answer_.find("\r\n\r\n");
    return header == std::string::npos ? std::string() : answer_.substr(header + 4);
}

HeartbeatWatch::HeartbeatWatch(const std::string& device, const std::string& sender, int port)
    : socket_(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL))),
      sender_(sender),
      port_(port) {
    sockaddr_ll on{};
    on.sll_family = AF_PACKET;
    on.sll_protocol = htons(ETH_P_ALL);  // others do not see what a bridge takes
    on.sll_ifindex = static_cast<int>(::if_nametoindex(device.c_str()));
    const int stamped = 1;
    const auto turn = time_of(std::chrono::milliseconds(100));
    if (on.sll_ifindex == 0 || ::bind(socket_, reinterpret_cast<const sockaddr*>(&on), sizeof on) < 0 ||
        ::setsockopt(socket_, SOL_SOCKET, SO_TIMESTAMPNS, &stamped, sizeof stamped) < 0 ||
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &turn, sizeof turn) < 0)
        throw std::runtime_error("cannot listen on " + device);
    thread_ = std::thread([this] { listen(); });
}

HeartbeatWatch::~HeartbeatWatch() {
    stop_ = true;
    thread_.join();
    ::close(socket_);
}

/// By the kernel's time of arrival: when this thread runs does not matter.
void HeartbeatWatch::listen() {
    double last = 0;
    while (!stop_) {
        std::array<std::uint8_t, 512> packet{};
        alignas(cmsghdr) std::array<char, 256> control{};
        iovec data{packet.data(), packet.size()};
        msghdr message{};
        message.msg_iov = &data;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        if (::recvmsg(socket_, &message, 0) < 28) continue;
        iphdr ip{};
        udphdr udp{};
        std::memcpy(&ip, packet.data(), sizeof ip);
        std::memcpy(&udp, packet.data() + sizeof ip, sizeof udp);
        in_addr sender{};
        (void)::inet_pton(AF_INET, sender_.c_str(), &sender);
        if (ip.protocol != IPPROTO_UDP || ip.saddr != sender.s_addr ||
            udp.dest != htons(static_cast<std::uint16_t>(port_)))
            continue;
        timespec arrived{};
        for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr;
             header = CMSG_NXTHDR(&message, header))
            if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SO_TIMESTAMPNS)
                std::memcpy(&arrived, CMSG_DATA(header), sizeof arrived);
        const double now =
            static_cast<double>(arrived.tv_sec) * 1e3 + static_cast<double>(arrived.tv_nsec) / 1e6;
        if (last > 0 && now - last > longest_ms_) longest_ms_ = now - last;
        last = now;
        ++count_;
    }
}

}  // namespace pulse::lab
