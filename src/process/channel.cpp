#include "pulse/process/channel.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>

#include <boost/asio/socket_base.hpp>
#include <fcntl.h>
#include <poll.h>

#include "pulse/base/time.h"
#include "pulse/runtime/async.h"

namespace pulse::process {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_message = 8192;

/// Room for one descriptor beside a message.
union Control {
    std::array<char, CMSG_SPACE(sizeof(int))> bytes;
    cmsghdr alignment;
};

/// The descriptor that came with a message, if one did.
runtime::UniqueFd passed(const msghdr& header) {
    const auto* control = CMSG_FIRSTHDR(&header);
    if (control == nullptr || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
        return {};
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(control), sizeof descriptor);
    return runtime::UniqueFd(descriptor);
}

/// Reads what is there: a message, the end (an inner nullopt), or nothing after all (nullopt). The buffer is
/// on the stack, not in a coroutine: nannies wait for messages all their lives.
std::optional<std::optional<Message>> take(int socket) {
    std::array<char, longest_message> buffer{};
    Control control{};
    iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = &control;
    header.msg_controllen = sizeof control;
    const auto got = ::recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
    if (got <= 0) return std::optional<Message>();
    return Message{.fields = Fields::parse(std::string_view(buffer.data(), static_cast<std::size_t>(got))),
                   .descriptor = passed(header)};
}

}  // namespace

std::optional<Message> wait_for_message(int socket, std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() < 0) return std::nullopt;
        pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) continue;
        if (auto taken = take(socket)) return std::move(*taken);
    }
}

Result<std::pair<runtime::UniqueFd, runtime::UniqueFd>> make_channel_pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return fail_errno("cannot make a channel to a child", errno);
    return std::pair(runtime::UniqueFd(ends[0]), runtime::UniqueFd(ends[1]));
}

std::optional<runtime::UniqueFd> inherited_channel() {
    int type = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(child_channel_fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET)
        return std::nullopt;
    ::fcntl(child_channel_fd, F_SETFD, FD_CLOEXEC);
    return runtime::UniqueFd(child_channel_fd);
}

Channel::Channel(const asio::any_io_executor& executor, runtime::UniqueFd socket)
    : socket_(executor, asio::generic::seq_packet_protocol(AF_UNIX, 0), socket.release()) {
    boost::system::error_code ignored;
    (void)socket_.non_blocking(true, ignored);
}

Result<void> Channel::send(const Fields& message, int descriptor) {
    auto text = message.to_text();
    // The receiver would take an empty datagram for the end and cut off one that is too long.
    if (text.empty() || text.size() > longest_message)
        return fail(std::errc::message_size, "cannot send to the other end of a channel");
    iovec part{.iov_base = text.data(), .iov_len = text.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    Control control{};
    if (descriptor >= 0) {
        header.msg_control = &control;
        header.msg_controllen = sizeof control;
        auto* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof descriptor);
        std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    }
    if (::sendmsg(socket_.native_handle(), &header, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return fail_errno("cannot send to the other end of a channel", errno);
    return {};
}

asio::awaitable<bool> Channel::has_room() {
    const auto [error] = co_await socket_.async_wait(asio::socket_base::wait_write, runtime::as_result);
    co_return !error;
}

asio::awaitable<std::optional<Fields>> Channel::receive() {
    auto message = co_await receive_message();
    if (!message) co_return std::nullopt;
    co_return std::move(message->fields);
}

asio::awaitable<std::optional<Message>> Channel::receive_message() {
    for (;;) {
        const auto [error] = co_await socket_.async_wait(asio::socket_base::wait_read, runtime::as_result);
        if (error) co_return std::nullopt;
        auto taken = take(socket_.native_handle());
        if (taken) co_return std::move(*taken);
    }
}

void Channel::close() {
    boost::system::error_code ignored;
    (void)socket_.close(ignored);
}

}  // namespace pulse::process
