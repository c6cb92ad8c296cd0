#include "syslog_socket.h"

#include <array>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <syslog.h>
#include <unistd.h>

#include "../scratch_directory.h"

namespace pulse::log {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

/// A syslog daemon that reads when it is asked to.
class Daemon {
  public:
    explicit Daemon(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        ::unlink(path.c_str());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("bind");
    }
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;
    Daemon(Daemon&&) = delete;
    Daemon& operator=(Daemon&&) = delete;
    ~Daemon() { ::close(socket_); }

    /// Everything that waits.
    [[nodiscard]] std::vector<std::string> read() const {
        std::vector<std::string> lines;
        std::array<char, 8192> buffer{};
        for (;;) {
            const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
            if (size < 0) return lines;
            lines.emplace_back(buffer.data(), static_cast<std::size_t>(size));
        }
    }

  private:
    int socket_;
};

class SyslogSocketTest : public testing::Test {
  protected:
    ScratchDirectory scratch;
    std::filesystem::path path = scratch.path() / "log";
};

TEST_F(SyslogSocketTest, ALineIsAsSyslogWritesIt) {
    const Daemon daemon(path);
    SyslogSocket socket(path, "nanny");
    socket.write(LOG_INFO, "up");
    const auto lines = daemon.read();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines[0], MatchesRegex("<30>[A-Z][a-z][a-z] [ 1-3][0-9] [0-9:]+ nanny\\[[0-9]+\\]: up"));
}

TEST_F(SyslogSocketTest, ADaemonThatReadsNothingHoldsUpNobodyAndWhatIsLostIsCounted) {
    const Daemon daemon(path);
    SyslogSocket socket(path, "nanny");
    constexpr std::size_t more_than_any_queue = 10'000;
    for (std::size_t i = 0; i < more_than_any_queue; ++i) socket.write(LOG_INFO, "line " + std::to_string(i));
    const auto taken = daemon.read().size();
    ASSERT_LT(taken, more_than_any_queue);
    socket.write(LOG_INFO, "at last");
    const auto lines = daemon.read();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[0],
                HasSubstr(std::to_string(more_than_any_queue - taken) + " lines of the log are lost"));
    EXPECT_THAT(lines[1], HasSubstr("at last"));
}

TEST_F(SyslogSocketTest, ADaemonThatComesLateOrIsRestartedIsFound) {
    SyslogSocket socket(path, "nanny");
    socket.write(LOG_INFO, "too early");
    {
        const Daemon first(path);
        socket.write(LOG_INFO, "one");
        EXPECT_EQ(first.read().size(), 2U) << "the line and that one was lost";
    }
    socket.write(LOG_INFO, "nobody there");
    const Daemon second(path);
    socket.write(LOG_INFO, "two");
    const auto lines = second.read();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[1], HasSubstr("two"));
}

}  // namespace
}  // namespace pulse::log
