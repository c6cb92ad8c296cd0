#include "heartbeats.h"

#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pulse/runtime/unique_fd.h"

namespace pulse::daemon {
namespace {

/// A UDP socket on loopback, and the port it got.
struct Taken {
    runtime::UniqueFd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    net::Port port;

    Taken() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        port.number = ntohs(address.sin_port);
    }
};

/// One that nobody has just now.
net::Port free_port() { return Taken().port; }

failover::Path path(net::Port port, const std::string& own = "127.0.0.1") {
    return {.name = "public",
            .own = *net::IpAddress::parse(own),
            .partner = *net::IpAddress::parse("127.0.0.1"),
            .port = port};
}

class HeartbeatsTest : public testing::Test {
  protected:
    /// Whether a classic heartbeat to that port is heard.
    bool hears(net::Port port) {
        const auto before = heard;
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(port.number);
        const auto word = heartbeat::encode(heartbeat::Word::lvs_running);
        const runtime::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        (void)::sendto(socket.get(), word.data(), word.size(), 0, reinterpret_cast<sockaddr*>(&to),
                       sizeof to);
        io.restart();
        io.poll();
        return heard == before + 1;
    }

    boost::asio::io_context io{1};
    int heard = 0;
    Speech speech{.keys = {}, .deadtime = std::chrono::seconds(1)};
};

TEST_F(HeartbeatsTest, APortThatSomebodyHasLeavesTheOldOneHearing) {
    const auto port = free_port();
    auto heartbeats = Heartbeats::open(io, {path(port)}, speech);
    ASSERT_TRUE(heartbeats) << heartbeats.error().message();
    heartbeats->listen([this](const auto&, std::size_t) { ++heard; });
    ASSERT_TRUE(hears(port));

    const Taken taken;
    const auto prepared = heartbeats->prepare({path(taken.port)});
    ASSERT_FALSE(prepared);
    EXPECT_TRUE(prepared.error().message().starts_with("failed to bind to heartbeat address 127.0.0.1:"));
    EXPECT_TRUE(hears(port));
}

TEST_F(HeartbeatsTest, OtherPathsAreBoundBesideAndTakeOverAtOnce) {
    const auto old_port = free_port();
    const auto new_port = free_port();
    auto heartbeats = Heartbeats::open(io, {path(old_port)}, speech);
    ASSERT_TRUE(heartbeats);
    std::size_t over = 99;
    heartbeats->listen([&](const auto&, std::size_t number) {
        ++heard;
        over = number;
    });
    {
        const auto dropped = heartbeats->prepare({path(new_port)});
        ASSERT_TRUE(dropped);
        EXPECT_TRUE(hears(old_port)) << "what runs is not touched";
    }
    // The old one stays, as the second.
    auto prepared = heartbeats->prepare({path(new_port), path(old_port)});
    ASSERT_TRUE(prepared) << prepared.error().message();
    heartbeats->use(std::move(*prepared), speech);
    EXPECT_TRUE(hears(new_port));
    EXPECT_EQ(over, 0U);
    EXPECT_TRUE(hears(old_port));
    EXPECT_EQ(over, 1U);
    EXPECT_EQ(heartbeats->counters()[1].heard, 2U) << "a line that stays goes on counting";

    prepared = heartbeats->prepare({path(new_port)});
    ASSERT_TRUE(prepared);
    heartbeats->use(std::move(*prepared), speech);
    EXPECT_FALSE(hears(old_port));
    EXPECT_TRUE(hears(new_port));
}

TEST_F(HeartbeatsTest, AnAddressThatIsNotThereYetIsBoundAndShownAsFailing) {
    auto heartbeats = Heartbeats::open(io, {path(free_port(), "192.0.2.1")}, speech);
    ASSERT_TRUE(heartbeats) << heartbeats.error().message();
    heartbeats->send({});
    EXPECT_TRUE(heartbeats->counters()[0].sending_fails);
}

}  // namespace
}  // namespace pulse::daemon
