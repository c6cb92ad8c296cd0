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

Result<std::vector<std::shared_ptr<Heartbeats::Line>>> Heartbeats::bind(
    asio::io_context& context, const std::vector<failover::Path>& paths, net::Port port) {
    std::vector<std::shared_ptr<Line>> lines;
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
        lines.push_back(
            std::make_shared<Line>(Line{.path = path, .socket = std::move(socket), .partner = partner}));
    }
    return lines;
}

Result<Heartbeats> Heartbeats::open(asio::io_context& context, const std::vector<failover::Path>& paths,
                                    net::Port port) {
    Heartbeats opened(context);
    auto lines = bind(context, paths, port);
    if (!lines) return fail(lines.error(), "");
    opened.lines_ = std::move(*lines);
    opened.paths_ = paths;
    opened.port_ = port;
    return opened;
}

Result<void> Heartbeats::change(const std::vector<failover::Path>& paths, net::Port port) {
    if (paths == paths_ && port == port_) return {};
    // An address can be bound once: what is there makes room first.
    for (const auto& line : lines_) line->socket.close();
    auto lines = bind(*context_, paths, port);
    Result<void> done;
    if (lines) {
        paths_ = paths;
        port_ = port;
    } else {
        done = fail(lines.error(), "");
        lines = bind(*context_, paths_, port_);
    }
    if (!lines) return fail(lines.error(), "no heartbeats any more");
    lines_ = std::move(*lines);
    hear_all();
    return done;
}

void Heartbeats::listen(OnHeard on_heard) {
    on_heard_ = std::move(on_heard);
    hear_all();
}

void Heartbeats::hear_all() {
    for (const auto& line : lines_)
        runtime::spawn_logged(*context_, "heartbeats over the " + line->path.name + " path", hear(line));
}

asio::awaitable<void> Heartbeats::hear(std::shared_ptr<Line> line) {
    auto& socket = line->socket;
    std::array<std::uint8_t, 64> datagram{};
    udp::endpoint from;
    for (;;) {
        const auto [error, size] =
            co_await socket.async_receive_from(asio::buffer(datagram), from, runtime::as_result);
        if (error == asio::error::operation_aborted || !socket.is_open()) co_return;
        if (error) {
            // The partner's host answers "nobody listens here" while its pulse is down.
            if (error != asio::error::connection_refused)
                log::warning("recvfrom() failed: {}", error.message());
            continue;
        }
        const bool partner = std::ranges::any_of(
            lines_, [&](const auto& known) { return known->partner.address() == from.address(); });
        if (!partner) {
            log::debug("Unexpected heartbeat from {}", from.address().to_string());
            continue;
        }
        on_heard_(heartbeat::decode(std::span(datagram).first(size)));
    }
}

void Heartbeats::send(heartbeat::Word word) {
    const auto bytes = heartbeat::encode(word);
    for (const auto& line : lines_) {
        boost::system::error_code error;
        line->socket.send_to(asio::buffer(bytes), line->partner, 0, error);
        const bool failed = error && error != asio::error::connection_refused;
        if (failed && !line->failing)
            log::warning("failed to send heartbeat ({} if): {}", line->path.name, error.message());
        if (!failed && line->failing) log::info("heartbeats leave over the {} path again", line->path.name);
        line->failing = failed;
    }
}

}  // namespace pulse::daemon
