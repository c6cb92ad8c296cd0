#include "responder.h"

#include <array>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

namespace pulse::lab {

namespace {

bool send_all(int socket, const std::string& text) {
    return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

/// Until the client has said something; false when it has gone, or says nothing for long.
bool hear(int socket) {
    std::array<char, 4096> buffer{};
    pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
    return ::poll(&ready, 1, 10'000) == 1 && ::recv(socket, buffer.data(), buffer.size(), 0) > 0;
}

void wait_for_the_client_to_go(int socket) {
    while (hear(socket)) continue;
}

}  // namespace

Responder::Responder(Behaviour behaviour, Kind kind)
    : behaviour_(std::move(behaviour)),
      listening_(::socket(AF_INET, (kind == Kind::tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* name = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    (void)::bind(listening_, name, size);
    (void)::getsockname(listening_, name, &size);
    port_ = ntohs(address.sin_port);
    if (kind == Kind::tcp) (void)::listen(listening_, 8);
    thread_ = std::thread([this, kind] { serve(kind); });
}

Responder::~Responder() {
    ending_ = true;
    thread_.join();
    ::close(listening_);
}

void Responder::serve(Kind kind) {
    while (!ending_) {
        pollfd ready{.fd = listening_, .events = POLLIN, .revents = 0};
        if (::poll(&ready, 1, 50) != 1) continue;
        if (kind == Kind::udp) {
            behaviour_(listening_);
            continue;
        }
        const int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        behaviour_(client);
        ::close(client);
    }
}

Behaviour says(std::string text) {
    return [text = std::move(text)](int socket) {
        if (!send_all(socket, text)) return;
        ::shutdown(socket, SHUT_WR);
        wait_for_the_client_to_go(socket);  // closing with unread bytes would reset
    };
}

Behaviour answers(std::string text) {
    return [text = std::move(text)](int socket) {
        if (hear(socket)) says(text)(socket);
    };
}

Behaviour resets(std::string greeting) {
    return [greeting = std::move(greeting)](int socket) {
        if (!send_all(socket, greeting) || !hear(socket)) return;
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    };
}

Behaviour keeps_silent() {
    return [](int socket) { wait_for_the_client_to_go(socket); };
}

Behaviour drips(std::string text) {
    return [text = std::move(text)](int socket) {
        auto next = text;
        while (send_all(socket, next)) {
            next = text.substr(text.size() - 1);
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    };
}

Behaviour floods(std::string text) {
    const auto once = text;
    while (text.size() < 64UL * 1024) text += once;  // in small pieces a slow guest would be busy for long
    return [text = std::move(text)](int socket) {
        while (send_all(socket, text)) continue;
    };
}

}  // namespace pulse::lab
