#include "heartbeats.h"

#include <algorithm>
#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>

#include "pulse/log/log.h"
#include "pulse/runtime/async.h"

namespace pulse::daemon {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

asio::ip::address to_asio(const net::IpAddress& address) {
    if (address.is_v4()) return asio::ip::address_v4(address.v4_number());
    asio::ip::address_v6::bytes_type bytes{};
    std::ranges::copy(address.bytes(), bytes.begin());
    return asio::ip::address_v6(bytes);
}

}  // namespace

Result<Heartbeats> Heartbeats::open(asio::io_context& context, const std::vector<failover::Path>& paths,
                                    net::Port port) {
    Heartbeats opened(context);
    for (const auto& path : paths) {
        const udp::endpoint own(to_asio(path.own), port.number);
        const udp::endpoint partner(to_asio(path.partner), port.number);
        udp::socket socket(context);
        boost::system::error_code error;
        (void)socket.open(own.protocol(), error);
        if (!error) (void)socket.bind(own, error);
        if (!error) (void)socket.non_blocking(true, error);
        if (error)
            return fail(std::error_code(error),
                        "failed to bind to heartbeat address " + net::Endpoint{path.own, port}.to_string());
        opened.lines_.push_back({.path = path, .socket = std::move(socket), .partner = partner});
    }
    return opened;
}

void Heartbeats::listen(OnHeard on_heard) {
    on_heard_ = std::move(on_heard);
    for (std::size_t i = 0; i < lines_.size(); ++i)
        runtime::spawn_logged(*context_, "heartbeats over the " + lines_[i].path.name + " path", hear(i));
}

asio::awaitable<void> Heartbeats::hear(std::size_t line) {
    auto& socket = lines_[line].socket;
    std::array<std::uint8_t, 64> datagram{};
    udp::endpoint from;
    for (;;) {
        const auto [error, size] =
            co_await socket.async_receive_from(asio::buffer(datagram), from, runtime::as_result);
        if (error == asio::error::operation_aborted) co_return;
        if (error) {
            // The partner's host answers "nobody listens here" while its pulse is down.
            if (error != asio::error::connection_refused)
                log::warning("recvfrom() failed: {}", error.message());
            continue;
        }
        const bool partner = std::ranges::any_of(
            lines_, [&](const Line& known) { return known.partner.address() == from.address(); });
        if (!partner) {
            log::debug("Unexpected heartbeat from {}", from.address().to_string());
            continue;
        }
        on_heard_(heartbeat::decode(std::span(datagram).first(size)));
    }
}

void Heartbeats::send(heartbeat::Word word) {
    const auto bytes = heartbeat::encode(word);
    for (auto& line : lines_) {
        boost::system::error_code error;
        line.socket.send_to(asio::buffer(bytes), line.partner, 0, error);
        const bool failed = error && error != asio::error::connection_refused;
        if (failed && !line.failing)
            log::warning("failed to send heartbeat ({} if): {}", line.path.name, error.message());
        if (!failed && line.failing) log::info("heartbeats leave over the {} path again", line.path.name);
        line.failing = failed;
    }
}

}  // namespace pulse::daemon
