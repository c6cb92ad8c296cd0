#include "pulse/probe/load.h"

#include <array>
#include <optional>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "pulse/runtime/async.h"

namespace pulse::probe {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

constexpr auto plenty = std::chrono::seconds(10);
constexpr auto brief = std::chrono::milliseconds(50);

net::Endpoint local(std::uint16_t port) { return {*net::IpAddress::parse("127.0.0.1"), net::Port{port}}; }

/// Runs one question in the loop that the test's servers live in.
template <class T>
std::optional<T> awaited(asio::io_context& io, asio::awaitable<std::optional<T>> question) {
    std::optional<T> answer;
    bool ended = false;
    asio::co_spawn(io, std::move(question), [&](const std::exception_ptr& failure, std::optional<T> said) {
        if (failure) std::rethrow_exception(failure);
        answer = std::move(said);
        ended = true;
    });
    io.restart();
    while (!ended && io.run_one() != 0) continue;
    return answer;
}

std::string number(std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xffU);
    return bytes;
}

/// The port mapper and rstatd of a host, on ports of the kernel's choice.
struct Host {
    explicit Host(asio::io_context& io)
        : mapper(io, udp::endpoint(asio::ip::address_v4::loopback(), 0)),
          statistics(io, udp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        std::string numbers;
        for (int i = 0; i < 18; ++i) numbers += number(7);
        runtime::spawn_logged(io, "mapper", serve(mapper, number(statistics.local_endpoint().port())));
        runtime::spawn_logged(io, "rstatd", serve(statistics, numbers + number(640)));
    }

    /// Answers each call with the same results.
    static asio::awaitable<void> serve(udp::socket& socket, std::string results) {
        std::array<char, 512> question{};
        udp::endpoint who;
        for (;;) {
            const auto [error, size] =
                co_await socket.async_receive_from(asio::buffer(question), who, runtime::as_result);
            if (error || size < 4) co_return;
            const auto answer = std::string(question.data(), 4) + number(1) + std::string(16, '\0') + results;
            co_await socket.async_send_to(asio::buffer(answer), who, runtime::as_result);
        }
    }

    udp::socket mapper;
    udp::socket statistics;
};

asio::awaitable<void> say(tcp::acceptor& acceptor, std::string text, bool close) {
    auto [error, client] = co_await acceptor.async_accept(runtime::as_result);
    if (error) co_return;
    co_await asio::async_write(client, asio::buffer(text), runtime::as_result);
    if (close) co_return;
    std::array<char, 1> byte{};
    co_await client.async_receive(asio::buffer(byte), runtime::as_result);
}

TEST(Load, RstatIsFoundThroughThePortMapper) {
    asio::io_context io(1);
    const Host host(io);
    const auto mapper = local(host.mapper.local_endpoint().port());
    EXPECT_EQ(awaited(io, ask_rstat(mapper, Clock::now() + plenty)), 2.5);
}

TEST(Load, NobodyAtThePortMapperIsNoAnswer) {
    asio::io_context io(1);
    EXPECT_EQ(awaited(io, ask_rstat(local(1), Clock::now() + plenty)), std::nullopt);  // refused
    udp::socket silent(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
    EXPECT_EQ(awaited(io, ask_rstat(local(silent.local_endpoint().port()), Clock::now() + brief)),
              std::nullopt);
}

TEST(Load, AnAgentIsHeardUntilItsLineEndsOrItCloses) {
    asio::io_context io(1);
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    const auto agent = local(acceptor.local_endpoint().port());
    for (const bool closes : {false, true}) {
        const std::string text = closes ? "75%" : "75%\n";
        runtime::spawn_logged(io, "agent", say(acceptor, text, closes));
        EXPECT_EQ(awaited(io, ask_agent(agent, Clock::now() + plenty)), text);
    }
    EXPECT_EQ(awaited(io, ask_agent(agent, Clock::now() + brief)), std::nullopt);  // nobody accepts
    EXPECT_EQ(awaited(io, ask_agent(local(1), Clock::now() + plenty)), std::nullopt);
}

TEST(Load, AnAgentThatNeverStopsIsCut) {
    asio::io_context io(1);
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    runtime::spawn_logged(io, "agent", say(acceptor, std::string(100'000, 'x'), false));
    const auto said = awaited(io, ask_agent(local(acceptor.local_endpoint().port()), Clock::now() + plenty));
    ASSERT_TRUE(said);
    EXPECT_LT(said->size(), 2'000U);
}

TEST(Load, AProgramIsHeardWhenItEndsWell) {
    asio::io_context io(1);
    const auto deadline = Clock::now() + plenty;
    EXPECT_EQ(awaited(io, printed_by({"/bin/echo", "load:", "3"}, deadline)), "load: 3\n");
    EXPECT_EQ(awaited(io, printed_by({"/bin/false"}, deadline)), std::nullopt);
    EXPECT_EQ(awaited(io, printed_by({"/no/such/program"}, deadline)), std::nullopt);
    EXPECT_EQ(awaited(io, printed_by({"/bin/sleep", "10"}, Clock::now() + brief)), std::nullopt);
}

}  // namespace
}  // namespace pulse::probe
