#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "pulse/runtime/async.h"

#include "probe_in_a_loop.h"

namespace pulse::probe {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using health::Outcome;
using health::Reason;
using std::chrono::milliseconds;

/// Long enough never to be reached by a check that should end earlier.
constexpr auto plenty = milliseconds(10'000);
/// For checks that must run into their deadline.
constexpr auto brief = milliseconds(50);

net::Endpoint endpoint_of(std::uint16_t port) {
    return {*net::IpAddress::parse("127.0.0.1"), net::Port{port}};
}

/// How a test server treats its one client.
struct Manners {
    std::size_t read = 0;                  ///< bytes to take first
    std::vector<std::string> pieces = {};  ///< to send, each in a segment of its own
    enum class End { close, reset, linger } end = End::close;
};

/// A TCP server for one connection at a time, on a port of the kernel's choice.
class Server {
  public:
    Server(asio::io_context& io, Manners manners, const char* address = "127.0.0.1")
        : acceptor_(io, tcp::endpoint(asio::ip::make_address(address), 0)) {
        runtime::spawn_logged(io, "test server", serve(std::move(manners)));
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] const std::string& heard() const { return heard_; }

  private:
    asio::awaitable<void> serve(Manners manners) {
        auto [error, client] = co_await acceptor_.async_accept(runtime::as_result);
        if (error) co_return;
        client.set_option(tcp::no_delay(true));
        heard_.resize(manners.read);
        for (std::size_t got = 0; got < heard_.size();) {
            auto space = asio::buffer(heard_) + got;
            const auto [failed, size] = co_await client.async_read_some(space, runtime::as_result);
            if (failed) co_return;
            got += size;
        }
        for (const auto& piece : manners.pieces) {
            co_await asio::async_write(client, asio::buffer(piece), runtime::as_result);
            // Lets the probe see this piece alone: whatever is ready runs first.
            for (int turn = 0; turn < 20; ++turn)
                co_await asio::post(client.get_executor(), asio::use_awaitable);
        }
        if (manners.end == Manners::End::reset) {
            client.set_option(asio::socket_base::linger(true, 0));
            client.close();  // Asio's destructor would take the option back
        }
        if (manners.end == Manners::End::linger) kept_.push_back(std::move(client));
    }

    tcp::acceptor acceptor_;
    std::string heard_;
    std::vector<tcp::socket> kept_;
};

Outcome tcp_outcome(Manners manners, std::string send, health::Expectation expect, milliseconds limit) {
    asio::io_context io(1);
    const Server server(io, std::move(manners));
    const health::SocketCheck check{
        .endpoint = endpoint_of(server.port()),
        .talk = health::Exchange{.send = std::move(send), .expect = std::move(expect)}};
    return outcome_of(io, check, limit);
}

TEST(SocketProbe, ARefusedConnectIsDownAtOnce) {
    asio::io_context io(1);
    tcp::acceptor bound(io);  // bound but not listening: the port stays ours and refuses
    bound.open(tcp::v4());
    bound.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    const health::SocketCheck check{.endpoint = endpoint_of(bound.local_endpoint().port())};
    EXPECT_EQ(outcome_of(io, check, plenty).reason, Reason::connect_refused);
}

TEST(SocketProbe, ConnectingIsEnoughWhenNothingIsExpected) {
    EXPECT_TRUE(tcp_outcome({.end = Manners::End::linger}, "", health::NoAnswer{}, plenty).good());
}

TEST(SocketProbe, AnAnswerMayComeInPieces) {
    const Manners manners{.read = 4, .pieces = {"HT", "TP/1.0 200 OK\r\n"}, .end = Manners::End::linger};
    EXPECT_TRUE(tcp_outcome(manners, "GET ", health::Prefix{"HTTP"}, plenty).good());
    EXPECT_TRUE(tcp_outcome(manners, "GET ", health::Pattern{"[0-9]+ OK"}, plenty).good());
}

TEST(SocketProbe, WhatIsSentArrives) {
    asio::io_context io(1);
    const Server server(io, {.read = 6, .pieces = {"x"}});
    const health::SocketCheck check{
        .endpoint = endpoint_of(server.port()),
        .talk = health::Exchange{.send = "PING\r\n", .expect = health::Prefix{"x"}}};
    EXPECT_TRUE(outcome_of(io, check, plenty).good());
    EXPECT_EQ(server.heard(), "PING\r\n");
}

TEST(SocketProbe, WorksOverIpv6) {
    asio::io_context io(1);
    boost::system::error_code none;
    tcp::acceptor trial(io);
    (void)trial.open(tcp::v6(), none);
    if (none || trial.bind(tcp::endpoint(asio::ip::address_v6::loopback(), 0), none))
        GTEST_SKIP() << "no IPv6 here";
    const Server server(io, {.pieces = {"220 ready\r\n"}}, "::1");
    const health::SocketCheck check{.endpoint = {*net::IpAddress::parse("::1"), net::Port{server.port()}},
                                    .talk = health::Exchange{.expect = health::Prefix{"220"}}};
    EXPECT_TRUE(outcome_of(io, check, plenty).good());
}

TEST(SocketProbe, AWrongAnswerIsDownWithoutWaiting) {
    const Manners manners{.pieces = {"SSH-2.0"}, .end = Manners::End::linger};
    EXPECT_EQ(tcp_outcome(manners, "", health::Prefix{"HTTP"}, plenty).reason, Reason::answer_differs);
}

TEST(SocketProbe, AnEarlyCloseIsDownUnlessAnythingWillDo) {
    EXPECT_EQ(tcp_outcome({.pieces = {"HT"}}, "", health::Prefix{"HTTP"}, plenty).reason,
              Reason::closed_early);
    EXPECT_TRUE(tcp_outcome({}, "", health::AnyAnswer{}, plenty).good());
}

TEST(SocketProbe, AResetIsDownUnlessTheAnswerHasMatched) {
    EXPECT_EQ(tcp_outcome({.read = 1, .end = Manners::End::reset}, "x", health::Prefix{"HTTP"}, plenty),
              (Outcome{.reason = Reason::read_failed, .number = ECONNRESET}));
    const Manners answers_then_resets{.read = 1, .pieces = {"HTTP"}, .end = Manners::End::reset};
    EXPECT_TRUE(tcp_outcome(answers_then_resets, "x", health::Prefix{"HTTP"}, plenty).good());
}

TEST(SocketProbe, SilenceIsDownAtTheDeadline) {
    const auto started = Clock::now();
    EXPECT_EQ(tcp_outcome({.end = Manners::End::linger}, "", health::Prefix{"HTTP"}, brief).reason,
              Reason::read_timed_out);
    EXPECT_GE(Clock::now() - started, brief);
}

TEST(SocketProbe, AnAnswerThatFitsIsNotWaitedForLong) {
    const Manners manners{.pieces = {"OK"}, .end = Manners::End::linger};
    const auto started = Clock::now();
    EXPECT_TRUE(tcp_outcome(manners, "", health::Pattern{"^OK$"}, plenty).good());
    EXPECT_LT(Clock::now() - started, plenty);
}

TEST(SocketProbe, APeerThatNeverReadsIsDownAtTheDeadline) {
    const std::string more_than_any_buffer(64UL * 1024 * 1024, 'x');
    EXPECT_EQ(
        tcp_outcome({.end = Manners::End::linger}, more_than_any_buffer, health::NoAnswer{}, brief).reason,
        Reason::write_timed_out);
}

TEST(SocketProbe, ABadExpressionIsDown) {
    EXPECT_EQ(tcp_outcome({.end = Manners::End::linger}, "", health::Pattern{"*"}, plenty).reason,
              Reason::bad_expression);
}

TEST(SocketProbe, AFullAcceptQueueIsAConnectTimeout) {
    asio::io_context io(1);
    tcp::acceptor full(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    full.listen(0);
    std::vector<tcp::socket> waiting;
    for (int i = 0; i < 4; ++i) {  // a backlog of 0 holds one connection; more SYNs than that are dropped
        waiting.emplace_back(io, tcp::v4());
        boost::system::error_code ignored;
        (void)waiting.back().native_non_blocking(true, ignored);
        (void)::connect(waiting.back().native_handle(), full.local_endpoint().data(),
                        static_cast<socklen_t>(full.local_endpoint().size()));
    }
    const health::SocketCheck check{.endpoint = endpoint_of(full.local_endpoint().port())};
    EXPECT_EQ(outcome_of(io, check, brief).reason, Reason::connect_timed_out);
}

/// Answers each datagram with the same bytes before it; never when `silent`.
asio::awaitable<void> echo(udp::socket& socket, bool silent) {
    std::array<char, 100> data{};
    udp::endpoint from;
    for (;;) {
        auto space = asio::buffer(data);
        const auto [error, size] = co_await socket.async_receive_from(space, from, runtime::as_result);
        if (error) co_return;
        const auto answer = "echo " + std::string(data.data(), size);
        const auto bytes = asio::buffer(answer);
        if (!silent) co_await socket.async_send_to(bytes, from, runtime::as_result);
    }
}

Outcome udp_outcome(bool silent, std::string send, health::Expectation expect, milliseconds limit) {
    asio::io_context io(1);
    udp::socket socket(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
    runtime::spawn_logged(io, "test server", echo(socket, silent));
    const health::SocketCheck check{
        .transport = health::Transport::udp,
        .endpoint = endpoint_of(socket.local_endpoint().port()),
        .talk = health::Exchange{.send = std::move(send), .expect = std::move(expect)}};
    return outcome_of(io, check, limit);
}

TEST(SocketProbe, UdpComparesTheAnswer) {
    EXPECT_TRUE(udp_outcome(false, "hello", health::Prefix{"echo hello"}, plenty).good());
    EXPECT_TRUE(udp_outcome(false, "", health::Prefix{"echo "}, plenty).good());
    EXPECT_EQ(udp_outcome(false, "hello", health::Prefix{"ECHO"}, plenty).reason, Reason::answer_differs);
    EXPECT_EQ(udp_outcome(true, "hello", health::Prefix{"echo"}, brief).reason, Reason::read_timed_out);
}

TEST(SocketProbe, UdpThatExpectsNothingIsUpUnlessRefused) {
    EXPECT_TRUE(udp_outcome(false, "hello", health::NoRefusal{}, plenty).good());
    EXPECT_EQ(udp_outcome(true, "hello", health::NoRefusal{}, brief), Outcome{.silent = true});
}

TEST(SocketProbe, ARefusedUdpPortIsDownAtOnce) {
    asio::io_context io(1);
    udp::socket elsewhere(io, udp::endpoint(asio::ip::make_address("127.0.0.2"), 0));
    // Nobody can take this port on 127.0.0.1 by chance in between unless it asks for this very number.
    const auto port = elsewhere.local_endpoint().port();
    for (const auto& expect :
         {health::Expectation(health::NoRefusal{}), health::Expectation(health::Prefix{"x"}),
          health::Expectation(health::AnyAnswer{})}) {
        const health::SocketCheck check{.transport = health::Transport::udp,
                                        .endpoint = endpoint_of(port),
                                        .talk = health::Exchange{.send = "x", .expect = expect}};
        EXPECT_EQ(outcome_of(io, check, plenty).reason, Reason::connect_refused);
    }
}

/// Says something and closes with what it was sent unread, before the check has written anything.
TEST(SocketProbe, AFailedWriteLooksAtWhatTheServerSaid) {
    const std::string more_than_any_buffer(8UL * 1024 * 1024, 'x');
    const Manners refuses{.read = 1, .pieces = {"-DENIED no\r\n"}, .end = Manners::End::reset};
    EXPECT_TRUE(tcp_outcome(refuses, more_than_any_buffer, health::Prefix{"-DENIED"}, plenty).good());
    EXPECT_EQ(tcp_outcome(refuses, more_than_any_buffer, health::Prefix{"+OK"}, plenty).reason,
              Reason::answer_differs);
    EXPECT_EQ(tcp_outcome(refuses, more_than_any_buffer, health::NoAnswer{}, plenty).reason,
              Reason::write_failed);
    const Manners says_nothing{.read = 1, .end = Manners::End::reset};
    EXPECT_EQ(tcp_outcome(says_nothing, more_than_any_buffer, health::Prefix{"+OK"}, plenty).reason,
              Reason::write_failed);
}

/// A name server that answers over UDP with nothing but TC, and over TCP, if it is there, with `record`.
Outcome truncated_outcome(const std::optional<std::string>& record,
                          const std::optional<std::string>& wanted) {
    asio::io_context io(1);
    udp::socket datagrams(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
    const auto port = datagrams.local_endpoint().port();
    const auto answer = [](std::string query, bool cut, const std::string& data) {
        query[2] = static_cast<char>(cut ? 0x83 : 0x81);
        query[3] = '\x80';
        if (cut) return query;
        query[7] = 1;
        return query + std::string("\xc0\x0c\0\1\0\1\0\0\0\0\0\4", 12) + data;
    };
    const auto over_udp = [](udp::socket& socket, auto answer_of) -> asio::awaitable<void> {
        std::array<char, 512> query{};
        udp::endpoint from;
        auto space = asio::buffer(query);
        const auto [error, size] = co_await socket.async_receive_from(space, from, runtime::as_result);
        if (error) co_return;
        const auto said = answer_of(std::string(query.data(), size), true, "");
        const auto bytes = asio::buffer(said);
        co_await socket.async_send_to(bytes, from, runtime::as_result);
    };
    const auto over_tcp = [](tcp::acceptor& acceptor, auto answer_of,
                             std::string data) -> asio::awaitable<void> {
        auto [error, client] = co_await acceptor.async_accept(runtime::as_result);
        if (error) co_return;
        std::array<char, 512> query{};
        auto space = asio::buffer(query);
        const auto [failed, size] = co_await client.async_read_some(space, runtime::as_result);
        if (failed || size < 2) co_return;
        const auto said = answer_of(std::string(query.data() + 2, size - 2), false, data);
        const auto framed = std::string{'\0', static_cast<char>(said.size())} + said;
        const auto bytes = asio::buffer(framed);
        co_await asio::async_write(client, bytes, runtime::as_result);
    };
    tcp::acceptor streams(io);
    streams.open(tcp::v4());
    streams.bind(tcp::endpoint(asio::ip::address_v4::loopback(), port));
    if (record) streams.listen();
    runtime::spawn_logged(io, "test server", over_udp(datagrams, answer));
    if (record) runtime::spawn_logged(io, "test server", over_tcp(streams, answer, *record));
    const health::SocketCheck check{.transport = health::Transport::udp,
                                    .endpoint = endpoint_of(port),
                                    .talk = health::DnsQuestion{.name = "www.example.org", .record = wanted}};
    return outcome_of(io, check, plenty);
}

TEST(SocketProbe, ATruncatedDnsAnswerIsAskedForAgainOverTcp) {
    const std::string record("\xc0\0\2\1", 4);
    EXPECT_EQ(truncated_outcome(record, "192.0.2.1"), Outcome{});
    EXPECT_EQ(health::text(truncated_outcome(record, "192.0.2.2")),
              "name server answers otherwise: 192.0.2.1");
}

TEST(SocketProbe, ATruncatedDnsAnswerCountsWhereTcpIsRefused) {
    const auto outcome = truncated_outcome(std::nullopt, std::nullopt);
    EXPECT_TRUE(outcome.good());
    EXPECT_EQ(outcome.note, "the answer does not fit into a datagram, and over TCP: connect refused");
    EXPECT_EQ(truncated_outcome(std::nullopt, "192.0.2.1").reason, Reason::dns_differs);
}

TEST(SocketProbe, LeavesNoDescriptorOpen) {
    asio::io_context io(1);
    const Server server(io, {.pieces = {"HTTP"}});
    tcp::acceptor silent(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    udp::socket mute(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
    const auto before = open_descriptors();
    health::SocketCheck check{.endpoint = endpoint_of(server.port()),
                              .talk = health::Exchange{.expect = health::Prefix{"HTTP"}}};
    (void)outcome_of(io, check, plenty);
    check.endpoint = endpoint_of(silent.local_endpoint().port());
    (void)outcome_of(io, check, brief);
    check.endpoint = endpoint_of(1);
    (void)outcome_of(io, check, brief);
    check.transport = health::Transport::udp;
    check.endpoint = endpoint_of(mute.local_endpoint().port());
    (void)outcome_of(io, check, brief);
    io.poll();
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace pulse::probe
