#include "pulse/process/channel.h"

#include <array>
#include <cerrno>

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/socket_base.hpp>
#include <fcntl.h>

#include "pulse/runtime/async.h"

namespace pulse::process {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_message = 8192;

/// Reads what is there: a message, the end (an inner nullopt), or nothing after all (nullopt). The buffer is
/// on the stack, not in a coroutine: nannies wait for messages all their lives.
std::optional<std::optional<Fields>> take(int socket) {
    std::array<char, longest_message> buffer{};
    const auto got = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
    if (got <= 0) return std::optional<Fields>();
    return Fields::parse(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
}

}  // namespace

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

Result<void> Channel::send(const Fields& message) {
    const auto text = message.to_text();
    // The receiver would take an empty datagram for the end and cut off one that is too long.
    if (text.empty() || text.size() > longest_message)
        return fail(std::errc::message_size, "cannot send to the other end of a channel");
    boost::system::error_code error;
    socket_.send(asio::buffer(text), MSG_NOSIGNAL | MSG_DONTWAIT, error);
    if (error) return fail(std::error_code(error), "cannot send to the other end of a channel");
    return {};
}

asio::awaitable<bool> Channel::has_room() {
    const auto [error] = co_await socket_.async_wait(asio::socket_base::wait_write, runtime::as_result);
    co_return !error;
}

asio::awaitable<std::optional<Fields>> Channel::receive() {
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
