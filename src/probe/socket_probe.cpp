#include "socket_probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <unistd.h>

#include "pulse/base/printable.h"
#include "pulse/health/conversation.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/unique_fd.h"

#include "channel.h"
#include "socket_address.h"

namespace pulse::probe {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using health::Outcome;
using health::Reason;
using health::Transport;

namespace {

/// How long an answer that may be complete is waited for to go on.
constexpr auto quiet_time = std::chrono::milliseconds(100);

constexpr std::size_t read_size = 4096;

/// No answer to a check is longer; a server that floods us must not keep us.
constexpr std::size_t longest_answer = 1024UL * 1024;

Outcome connect_outcome(int error) {
    if (error == ECONNREFUSED) return {.reason = Reason::connect_refused};
    if (error == ETIMEDOUT) return {.reason = Reason::connect_timed_out};
    // No port or no memory left here: that says nothing of the server.
    if (error == EADDRNOTAVAIL || error == ENOBUFS || error == ENOMEM)
        return {.reason = Reason::local_failure, .number = error};
    return {.reason = Reason::connect_failed, .number = error};
}

Outcome no_socket(Transport transport, int error) {
    Outcome outcome{.reason = Reason::local_failure, .number = error};
    if (transport == Transport::ping && (error == EACCES || error == EPERM))
        outcome.detail = "the group of nanny must be within the sysctl net.ipv4.ping_group_range";
    return outcome;
}

runtime::UniqueFd make_socket(int family, Transport transport) {
    const bool datagram = health::is_datagram(transport);
    int protocol = 0;
    if (transport == Transport::sctp) protocol = IPPROTO_SCTP;
    if (transport == Transport::ping) protocol = family == AF_INET ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
    // Made here and not by Asio, whose sockets are not close-on-exec, and connected before Asio watches it:
    // an unconnected stream socket would report a hang-up first.
    runtime::UniqueFd made(
        ::socket(family, (datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
    // Without this a datagram socket hears of a refused port, but not of an unreachable host.
    const int on = 1;
    if (made && datagram && family == AF_INET)
        ::setsockopt(made.get(), IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    if (made && datagram && family == AF_INET6)
        ::setsockopt(made.get(), IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
    return made;
}

/// A number that differs from the last check's.
std::uint16_t next_nonce() {
    static auto nonce = static_cast<std::uint16_t>(Clock::now().time_since_epoch().count() ^ ::getpid());
    return ++nonce;
}

const char* name(Transport transport) {
    switch (transport) {
        case Transport::tcp:
            return "tcp";
        case Transport::udp:
            return "udp";
        case Transport::sctp:
            return "sctp";
        case Transport::ping:
            return "icmp";
    }
    return "";
}

std::string with_bytes(const char* what, std::string_view bytes) {
    return what + std::to_string(bytes.size()) + " bytes: \"" + printable(bytes, 200) + "\"";
}

asio::awaitable<bool> readiness(stream_descriptor& socket, stream_descriptor::wait_type direction) {
    const auto [error] = co_await socket.async_wait(direction, runtime::as_result);
    co_return !error;
}

/// A check under way.
class Attempt {
  public:
    Attempt(const health::SocketCheck& check, stream_descriptor socket, TimePoint deadline,
            const Trace& trace)
        : check_(check), socket_(std::move(socket)), deadline_(deadline), trace_(trace) {}

    asio::awaitable<Outcome> finish_connect() {
        const bool in_time = co_await ready(Io::Status::wait_to_write, deadline_);
        Outcome outcome;
        if (!in_time) {
            outcome.reason = Reason::connect_timed_out;
            co_return outcome;
        }
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) outcome = connect_outcome(error);
        co_return outcome;
    }

    asio::awaitable<Outcome> open_channel() {
        const bool datagrams = health::is_datagram(check_.transport);
        channel_ = check_.tls ? tls_channel(socket_.native_handle(), *check_.tls)
                              : plain_channel(socket_.native_handle(), datagrams);
        Outcome outcome;
        if (!channel_) {
            outcome.reason = Reason::local_failure;
            outcome.number = EPROTONOSUPPORT;
            co_return outcome;
        }
        for (;;) {
            const Io io = channel_->handshake();
            if (io.status == Io::Status::done) break;
            if (io.status == Io::Status::failed) co_return io.failure;
            outcome.reason = Reason::tls_failed;
            outcome.detail = "closed in the handshake";
            if (io.status == Io::Status::closed) co_return outcome;
            const bool in_time = co_await ready(io.status, deadline_);
            outcome.detail = "handshake timed out";
            if (!in_time) co_return outcome;
        }
        if (check_.tls) say(channel_->description());
        outcome = Outcome();
        co_return outcome;
    }

    asio::awaitable<Outcome> talk() {
        const auto conversation = health::conversation(check_.talk, next_nonce());
        health::Step step = conversation->begin();
        // A write fails when the server has closed: what it said before that is still there to be read, and
        // tells more.
        Outcome sent;
        if (health::is_datagram(check_.transport) || !step.send.empty()) {
            sent = co_await send(step.send);
            const bool wants_answer = !step.outcome;
            if (!sent.good() && !(wants_answer && has_closed(sent))) co_return sent;
        }
        std::size_t total = 0;
        std::array<char, read_size> buffer{};
        while (!step.outcome) {
            const Io io = channel_->receive(buffer);
            if (io.status == Io::Status::done) {
                const std::string_view bytes(buffer.data(), io.bytes);
                say(with_bytes("received ", bytes));
                total += bytes.size();
                step = total > longest_answer ? endless() : conversation->heard(bytes);
                // What is there is read even when we come late, but who sends without pause must not keep us.
                if (!step.outcome && Clock::now() >= deadline_) step = conversation->silence();
            } else if (io.status == Io::Status::closed) {
                say("the server has closed");
                step = conversation->closed();
                const bool says_nothing = step.outcome->reason == Reason::closed_early;
                if (!sent.good() && says_nothing) co_return sent;
            } else if (io.status == Io::Status::failed) {
                const bool says_nothing = io.failure.reason == Reason::read_failed;
                if (!step.perhaps_complete) co_return !sent.good() && says_nothing ? sent : io.failure;
                step = conversation->silence();
            } else if (!sent.good()) {
                co_return sent;  // nothing comes after a reset
            } else {
                const auto pause = Clock::now() + quiet_time;
                const auto until = step.perhaps_complete ? std::min(deadline_, pause) : deadline_;
                const bool in_time = co_await ready(io.status, until);
                if (!in_time) step = conversation->silence();
                continue;
            }
            if (step.outcome || step.send.empty()) continue;  // a farewell is sent below
            if (sent.good()) sent = co_await send(step.send);
            if (!sent.good() && !has_closed(sent)) co_return sent;
            step.send.clear();
        }
        if (total > 0 && !step.send.empty()) (void)channel_->send(step.send);  // a farewell
        auto outcome = std::move(*step.outcome);
        if (outcome.note.empty()) outcome.note = channel_->note();
        co_return outcome;
    }

  private:
    void say(const std::string& step) const {
        if (trace_) trace_(step);
    }

    /// Whether a failed write says that the server has gone.
    static bool has_closed(const Outcome& sent) {
        return sent.reason == Reason::write_failed && (sent.number == EPIPE || sent.number == ECONNRESET);
    }

    static health::Step endless() {
        return {.outcome = Outcome{.reason = Reason::bad_answer, .detail = "more than 1 MiB of it"}};
    }

    /// False when `until` came first.
    asio::awaitable<bool> ready(Io::Status status, TimePoint until) {
        const auto direction = status == Io::Status::wait_to_write ? stream_descriptor::wait_write
                                                                   : stream_descriptor::wait_read;
        const auto in_time = co_await runtime::with_deadline(until, readiness(socket_, direction));
        co_return in_time.has_value();
    }

    /// Sends all of `bytes`; over a datagram transport one datagram, empty or not.
    asio::awaitable<Outcome> send(std::string_view bytes) {
        say(with_bytes("sending ", bytes));
        Outcome outcome;
        for (;;) {
            const Io io = channel_->send(bytes);
            if (io.status == Io::Status::done) {
                bytes.remove_prefix(io.bytes);
                if (bytes.empty()) co_return outcome;
                continue;
            }
            if (io.status == Io::Status::failed) co_return io.failure;
            outcome.reason = Reason::write_failed;
            outcome.number = EPIPE;
            if (io.status == Io::Status::closed) co_return outcome;
            const bool in_time = co_await ready(io.status, deadline_);
            outcome = Outcome();
            outcome.reason = Reason::write_timed_out;
            if (!in_time) co_return outcome;
            outcome = Outcome();
        }
    }

    const health::SocketCheck& check_;
    stream_descriptor socket_;
    TimePoint deadline_;
    const Trace& trace_;
    std::unique_ptr<Channel> channel_;
};

/// A socket that is bound and connecting; `error` is EINPROGRESS while it is.
struct Connecting {
    runtime::UniqueFd socket;
    int error = 0;
    Outcome failure{};
};

Connecting start_connecting(const health::SocketCheck& check) {
    const SocketAddress peer(check.endpoint);
    Connecting started{.socket = make_socket(peer.storage.ss_family, check.transport)};
    if (!started.socket) {
        started.failure = no_socket(check.transport, errno);
        return started;
    }
    if (check.source) {
        const SocketAddress own(net::Endpoint{*check.source, net::Port{0}});
        if (::bind(started.socket.get(), own.get(), own.size) != 0) {
            started.failure = {.reason = Reason::local_failure, .number = errno};
            return started;
        }
    }
    started.error = ::connect(started.socket.get(), peer.get(), peer.size) == 0 ? 0 : errno;
    if (started.error != 0 && started.error != EINPROGRESS) started.failure = connect_outcome(started.error);
    return started;
}

asio::awaitable<Outcome> attempt(const health::SocketCheck& check, TimePoint deadline, const Trace& trace) {
    if (trace)
        trace(std::string("connecting: ") + name(check.transport) + " to " + check.endpoint.to_string() +
              (check.source ? " from " + check.source->to_string() : ""));
    auto started = start_connecting(check);
    if (!started.failure.good()) co_return started.failure;

    const auto executor = co_await asio::this_coro::executor;
    stream_descriptor socket(executor, started.socket.get());
    (void)started.socket.release();
    Attempt under_way(check, std::move(socket), deadline, trace);
    Outcome outcome;
    if (started.error == EINPROGRESS) outcome = co_await under_way.finish_connect();
    if (!outcome.good()) co_return outcome;
    if (trace && !health::is_datagram(check.transport)) trace("connected");
    outcome = co_await under_way.open_channel();
    if (!outcome.good()) co_return outcome;
    co_return co_await under_way.talk();
}

}  // namespace

asio::awaitable<Outcome> probe_socket(const health::SocketCheck& check, TimePoint deadline,
                                      const Trace& trace) {
    Outcome outcome = co_await attempt(check, deadline, trace);
    const auto* question = std::get_if<health::DnsQuestion>(&check.talk);
    if (!outcome.truncated || question == nullptr) co_return outcome;
    if (trace) trace("the answer is truncated: asking again over TCP");
    auto again = check;
    again.transport = Transport::tcp;
    std::get<health::DnsQuestion>(again.talk).stream = true;
    Outcome whole = co_await attempt(again, deadline, trace);
    co_return health::whole_answer(std::move(outcome), std::move(whole));
}

}  // namespace pulse::probe
