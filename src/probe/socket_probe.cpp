#include "socket_probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "pulse/runtime/async.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::probe {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using health::Outcome;
using health::Reason;

namespace {

/// How long an answer that fits so far may pause before it is taken as complete.
constexpr auto quiet_time = std::chrono::milliseconds(100);

/// Enough for any answer that is compared; one datagram of more is cut.
constexpr std::size_t read_size = 2048;

/// A socket address of either family, in the shape connect(2) takes.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    explicit SocketAddress(const net::Endpoint& endpoint) {
        const auto bytes = endpoint.address.bytes();
        if (endpoint.address.is_v4()) {
            sockaddr_in v4{};
            v4.sin_family = AF_INET;
            v4.sin_port = htons(endpoint.port.number);
            std::memcpy(&v4.sin_addr, bytes.data(), bytes.size());
            std::memcpy(&storage, &v4, size = sizeof v4);
        } else {
            sockaddr_in6 v6{};
            v6.sin6_family = AF_INET6;
            v6.sin6_port = htons(endpoint.port.number);
            std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
            std::memcpy(&storage, &v6, size = sizeof v6);
        }
    }
};

Outcome connect_outcome(int error) {
    if (error == ECONNREFUSED) return {.reason = Reason::connect_refused};
    if (error == ETIMEDOUT) return {.reason = Reason::connect_timed_out};
    // No port or no memory left here: that says nothing of the server.
    if (error == EADDRNOTAVAIL || error == ENOBUFS || error == ENOMEM)
        return {.reason = Reason::local_failure, .number = error};
    return {.reason = Reason::connect_failed, .number = error};
}

/// A refusal by ICMP reaches a connected UDP socket at its next use.
Outcome transfer_outcome(Reason reason, int error) {
    if (error == ECONNREFUSED) return {.reason = Reason::connect_refused};
    return {.reason = reason, .number = error};
}

asio::awaitable<bool> readiness(stream_descriptor& socket, stream_descriptor::wait_type direction) {
    const auto [error] = co_await socket.async_wait(direction, runtime::as_result);
    co_return !error;
}

/// False when the deadline came first.
asio::awaitable<bool> ready(stream_descriptor& socket, stream_descriptor::wait_type direction,
                            TimePoint deadline) {
    const auto in_time = co_await runtime::with_deadline(deadline, readiness(socket, direction));
    co_return in_time.has_value();
}

asio::awaitable<Outcome> finish_connect(stream_descriptor& socket, TimePoint deadline) {
    const bool in_time = co_await ready(socket, stream_descriptor::wait_write, deadline);
    Outcome outcome;
    if (!in_time) {
        outcome.reason = Reason::connect_timed_out;
        co_return outcome;
    }
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) outcome = connect_outcome(error);
    co_return outcome;
}

/// Sends all of `bytes`; over UDP one datagram, empty or not.
asio::awaitable<Outcome> send(stream_descriptor& socket, std::string_view bytes, TimePoint deadline) {
    Outcome outcome;
    for (;;) {
        const auto sent = ::send(socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            if (bytes.empty()) co_return outcome;
        } else if (errno == EAGAIN) {
            const bool in_time = co_await ready(socket, stream_descriptor::wait_write, deadline);
            if (!in_time) {
                outcome.reason = Reason::write_timed_out;
                co_return outcome;
            }
        } else if (errno != EINTR) {
            outcome = transfer_outcome(Reason::write_failed, errno);
            co_return outcome;
        }
    }
}

/// Reads until the matcher has decided or time is over.
asio::awaitable<Outcome> expect(stream_descriptor& socket, const health::SocketCheck& check,
                                TimePoint deadline) {
    health::Matcher matcher(check.expect);
    std::array<char, read_size> buffer{};
    while (!matcher.decided()) {
        const auto got = ::recv(socket.native_handle(), buffer.data(), buffer.size(), 0);
        if (got > 0 || (got == 0 && check.protocol == net::Protocol::udp)) {
            matcher.feed(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
        } else if (got == 0) {
            matcher.close();
        } else if (errno == EAGAIN) {
            const bool fits = matcher.progress() == health::Matcher::Progress::fits_so_far;
            const auto until = fits ? std::min(deadline, Clock::now() + quiet_time) : deadline;
            const bool in_time = co_await ready(socket, stream_descriptor::wait_read, until);
            if (!in_time) {
                matcher.stop_waiting();
                break;
            }
        } else if (errno != EINTR) {
            const int error = errno;
            matcher.stop_waiting();
            if (matcher.decided()) break;
            co_return transfer_outcome(Reason::read_failed, error);
        }
    }
    co_return matcher.outcome();
}

/// UDP that expects nothing: only an error is bad.
asio::awaitable<Outcome> expect_no_refusal(stream_descriptor& socket, TimePoint deadline) {
    Outcome outcome;
    const bool in_time = co_await ready(socket, stream_descriptor::wait_read, deadline);
    if (!in_time) co_return outcome;
    char byte = 0;
    if (::recv(socket.native_handle(), &byte, 1, 0) < 0 && errno != EAGAIN)
        outcome = transfer_outcome(Reason::read_failed, errno);
    co_return outcome;
}

}  // namespace

asio::awaitable<Outcome> probe_socket(const health::SocketCheck& check, TimePoint deadline) {
    const bool udp = check.protocol == net::Protocol::udp;
    const SocketAddress peer(check.endpoint);
    // Made here and not by Asio, whose sockets are not close-on-exec, and connected before Asio watches it:
    // an unconnected stream socket would report a hang-up first.
    const int protocol = check.protocol == net::Protocol::sctp ? IPPROTO_SCTP : 0;
    runtime::UniqueFd made(::socket(
        peer.storage.ss_family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
    Outcome outcome;
    if (!made) {
        outcome.reason = Reason::local_failure;
        outcome.number = errno;
        co_return outcome;
    }
    // connect(2) takes any family behind this pointer type.
    const auto* address = reinterpret_cast<const sockaddr*>(&peer.storage);
    const int error = ::connect(made.get(), address, peer.size) == 0 ? 0 : errno;
    if (error != 0 && error != EINPROGRESS) co_return connect_outcome(error);

    const auto executor = co_await asio::this_coro::executor;
    stream_descriptor socket(executor, made.get());
    (void)made.release();
    if (error == EINPROGRESS) {
        outcome = co_await finish_connect(socket, deadline);
        if (!outcome.good()) co_return outcome;
    }
    if (udp || !check.send.empty()) {
        outcome = co_await send(socket, check.send, deadline);
        if (!outcome.good()) co_return outcome;
    }
    if (udp && std::holds_alternative<health::NoAnswer>(check.expect))
        co_return co_await expect_no_refusal(socket, deadline);
    co_return co_await expect(socket, check, deadline);
}

}  // namespace pulse::probe
