#include "rwho_listener.h"

#include <array>
#include <cerrno>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>

#include "pulse/load/rwho.h"
#include "pulse/runtime/async.h"

namespace pulse::nanny {

namespace asio = boost::asio;

namespace {

/// A network has so many hosts; more are somebody's game with forged senders.
constexpr std::size_t most_hosts = 4096;
constexpr auto silence_of_the_dead = std::chrono::minutes(11);

}  // namespace

Result<runtime::UniqueFd> open_rwho_port() {
    runtime::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(load::rwho_port);
    const auto* address = reinterpret_cast<const sockaddr*>(&any);  // bind(2) takes any family this way
    if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(socket.get(), address, sizeof any) != 0)
        return fail_errno("cannot listen for rwhod", errno);
    return socket;
}

RwhoListener::RwhoListener(const asio::any_io_executor& executor, runtime::UniqueFd socket)
    : socket_(executor, asio::ip::udp::v4(), socket.release()) {}

asio::awaitable<void> RwhoListener::listen() {
    std::array<char, 2048> packet{};
    asio::ip::udp::endpoint sender;
    for (;;) {
        const auto [error, size] =
            co_await socket_.async_receive_from(asio::buffer(packet), sender, runtime::as_result);
        if (error == asio::error::operation_aborted) co_return;
        const auto said = load::parse_rwho(std::string_view(packet.data(), error ? 0 : size));
        const auto host = net::IpAddress::parse(sender.address().to_string());
        if (!said || !host || (heard_.size() >= most_hosts && !heard_.contains(*host))) continue;
        heard_[*host].load = said->load;
        heard_[*host].when = Clock::now();
    }
}

std::optional<double> RwhoListener::load_of(const net::IpAddress& host, TimePoint now) const {
    const auto found = heard_.find(host);
    if (found == heard_.end() || now - found->second.when > silence_of_the_dead) return std::nullopt;
    return found->second.load;
}

}  // namespace pulse::nanny
