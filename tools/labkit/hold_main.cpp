// A client that keeps many connections open, talks over each of them, and counts those that break.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* usage =
    "Usage: lab-hold CONNECTIONS SECONDS ADDRESS PORT\n"
    "Opens CONNECTIONS to the web server at ADDRESS:PORT, and for SECONDS asks for / over each of them again "
    "and\n"
    "again, four times a second. Says \"open N\" once all are, and in the end how many broke: were closed, "
    "reset,\n"
    "or silent for 10 s.\n"
    "Exit status: 0 if none broke, 1 if one did or could not be opened, 2 for wrong usage.\n";

constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: lab\r\nConnection: keep-alive\r\n\r\n";
constexpr auto pause_between = milliseconds(250);
constexpr auto patience = seconds(10);

struct Connection {
    int fd = -1;
    bool waiting = false;  ///< for an answer
    Clock::time_point since;
};

int open_connection(const sockaddr_in& address) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    std::perror("lab-hold: connect");
    if (fd >= 0) ::close(fd);
    return -1;
}

/// False if the connection is broken.
bool talk(Connection& connection) {
    const auto now = Clock::now();
    if (connection.waiting) {
        std::array<char, 4096> answer{};
        const auto got = ::recv(connection.fd, answer.data(), answer.size(), MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
        if (got < 0) return now - connection.since < patience;
        connection = {.fd = connection.fd, .waiting = false, .since = now};
    } else if (now - connection.since >= pause_between) {
        if (::send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) return false;
        connection = {.fd = connection.fd, .waiting = true, .since = now};
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (argc != 5 || ::inet_pton(AF_INET, argv[3], &address.sin_addr) != 1) {
        (void)std::fputs(usage, stderr);
        return 2;
    }
    const auto count = std::strtoul(argv[1], nullptr, 10);
    const auto end = Clock::now() + seconds(std::strtol(argv[2], nullptr, 10));
    address.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(argv[4], nullptr, 10)));

    std::vector<Connection> open;
    while (open.size() < count) {
        const int fd = open_connection(address);
        if (fd < 0) return 1;
        open.push_back({.fd = fd, .since = Clock::now()});
    }
    (void)std::printf("open %zu\n", open.size());
    (void)std::fflush(stdout);
    std::size_t broken = 0;
    while (Clock::now() < end) {
        broken += std::erase_if(open, [](Connection& connection) { return !talk(connection); });
        ::poll(nullptr, 0, 20);
    }
    (void)std::printf("broken %zu\n", broken);
    return broken == 0 ? 0 : 1;
}
