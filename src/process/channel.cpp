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

asio::awaitable<std::optional<Fields>> Channel::receive() {
    std::string buffer(longest_message, '\0');
    asio::socket_base::message_flags flags = 0;
    const auto [error, size] =
        co_await socket_.async_receive(asio::buffer(buffer), 0, flags, runtime::as_result);
    if (error || size == 0) co_return std::nullopt;
    buffer.resize(size);
    co_return Fields::parse(buffer);
}

void Channel::close() {
    boost::system::error_code ignored;
    (void)socket_.close(ignored);
}

}  // namespace pulse::process
