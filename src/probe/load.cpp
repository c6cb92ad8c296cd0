#include "pulse/probe/load.h"

#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <fcntl.h>

#include "pulse/load/rstat.h"
#include "pulse/runtime/async.h"

#include "program_probe.h"

namespace pulse::probe {

namespace asio = boost::asio;

namespace {

/// More than an agent's line or the statistics of a host; what is longer is cut.
constexpr std::size_t longest_answer = 1024;

template <class Protocol>
typename Protocol::endpoint asio_endpoint(const net::Endpoint& endpoint) {
    return {asio::ip::make_address(endpoint.address.to_string()), endpoint.port.number};
}

/// Who is asked, and from where.
struct Ends {
    net::Endpoint peer;
    std::optional<net::IpAddress> source;
};

/// A socket that the programs we start do not inherit. Closed when it could not be made.
template <class Socket>
Socket make_socket(const asio::any_io_executor& executor, const Ends& ends) {
    const auto& peer = ends.peer;
    using Protocol = typename Socket::protocol_type;
    Socket socket(executor);
    boost::system::error_code error;
    (void)socket.open(peer.address.is_v4() ? Protocol::v4() : Protocol::v6(), error);
    if (!error) ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    if (!error && ends.source && ends.source->family() == peer.address.family())
        (void)socket.bind(asio_endpoint<Protocol>({*ends.source, net::Port{0}}), error);
    if (error) socket.close();
    return socket;
}

asio::awaitable<std::optional<std::string>> hear_agent(Ends agent) {
    const auto executor = co_await asio::this_coro::executor;
    auto socket = make_socket<asio::ip::tcp::socket>(executor, agent);
    if (!socket.is_open()) co_return std::nullopt;
    const auto peer = asio_endpoint<asio::ip::tcp>(agent.peer);
    const auto [refused] = co_await socket.async_connect(peer, runtime::as_result);
    if (refused) co_return std::nullopt;
    std::string said;
    std::array<char, 256> piece{};
    while (said.size() < longest_answer && said.find('\n') == std::string::npos) {
        const auto [end, size] = co_await socket.async_receive(asio::buffer(piece), runtime::as_result);
        said.append(piece.data(), size);
        if (end) break;
    }
    co_return said;
}

/// Sends one datagram and takes one answer, from that peer alone.
asio::awaitable<std::optional<std::string>> exchange(Ends ends, std::string question) {
    const auto executor = co_await asio::this_coro::executor;
    auto socket = make_socket<asio::ip::udp::socket>(executor, ends);
    if (!socket.is_open()) co_return std::nullopt;
    boost::system::error_code error;
    (void)socket.connect(asio_endpoint<asio::ip::udp>(ends.peer), error);
    if (error) co_return std::nullopt;
    const auto [unsent, sent] = co_await socket.async_send(asio::buffer(question), runtime::as_result);
    if (unsent) co_return std::nullopt;
    std::string answer(longest_answer, '\0');
    const auto [lost, size] = co_await socket.async_receive(asio::buffer(answer), runtime::as_result);
    if (lost) co_return std::nullopt;
    answer.resize(size);
    co_return answer;
}

/// Anything that the answer to an earlier question does not have.
std::uint32_t question_number() {
    return static_cast<std::uint32_t>(Clock::now().time_since_epoch().count());
}

asio::awaitable<std::optional<double>> hear_rstat(Ends port_mapper) {
    const auto number = question_number();
    const auto mapped = co_await exchange(port_mapper, load::rstat_port_question(number));
    const auto port = mapped ? load::rstat_port(*mapped, number) : std::nullopt;
    if (!port) co_return std::nullopt;
    auto server = port_mapper;
    server.peer.port.number = *port;
    const auto statistics = co_await exchange(server, load::rstat_question(number + 1));
    co_return statistics ? load::rstat_load(*statistics, number + 1) : std::nullopt;
}

}  // namespace

asio::awaitable<std::optional<std::string>> ask_agent(net::Endpoint agent, TimePoint deadline,
                                                      std::optional<net::IpAddress> source) {
    const Ends ends{agent, source};
    auto said = co_await runtime::with_deadline(deadline, hear_agent(ends));
    co_return said ? std::move(*said) : std::nullopt;
}

asio::awaitable<std::optional<double>> ask_rstat(net::Endpoint port_mapper, TimePoint deadline,
                                                 std::optional<net::IpAddress> source) {
    const Ends ends{port_mapper, source};
    const auto said = co_await runtime::with_deadline(deadline, hear_rstat(ends));
    co_return said ? *said : std::nullopt;
}

asio::awaitable<std::optional<std::string>> printed_by(std::vector<std::string> words, TimePoint deadline) {
    auto result = co_await run_program(words, deadline, Trace());
    auto* ran = std::get_if<health::ProgramRun>(&result);
    if (ran == nullptr || ran->signal != 0 || ran->status != 0) co_return std::nullopt;
    co_return std::move(ran->output);
}

}  // namespace pulse::probe
