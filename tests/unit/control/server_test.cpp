#include "pulse/control/server.h"

#include <filesystem>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "pulse/base/time.h"
#include "pulse/control/client.h"

#include "../scratch_directory.h"

namespace pulse::control {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

asio::awaitable<Fields> echo(Fields request) { co_return request; }

/// A server, and a client that keeps what it opens.
class ControlServerTest : public testing::Test {
  protected:
    ControlServerTest() = default;
    ~ControlServerTest() override {
        for (const int socket : idle) ::close(socket);
    }
    ControlServerTest(const ControlServerTest&) = delete;
    ControlServerTest& operator=(const ControlServerTest&) = delete;
    ControlServerTest(ControlServerTest&&) = delete;
    ControlServerTest& operator=(ControlServerTest&&) = delete;

    bool connect_and_say_nothing() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        const int socket = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (socket < 0) return false;
        idle.push_back(socket);
        return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }

    /// What pulsectl hears, from a process of its own kind: a thread.
    std::string answer() {
        Result<Fields> heard;
        std::thread client([&] {
            heard = ask(path, Fields().add("command", "status"), 10s);
            loop.stop();
        });
        loop.restart();
        loop.run();
        client.join();
        return heard ? std::string(heard->find("command").value_or("")) : heard.error().message();
    }

    void let_the_loop_work() {
        loop.restart();
        while (loop.poll() > 0) {
        }
    }

    ScratchDirectory scratch;
    fs::path path = scratch.path() / "run" / "pulse.sock";
    asio::io_context loop{1};
    std::vector<int> idle;
};

TEST_F(ControlServerTest, OperatorsReachItWhateverTheUmaskIs) {
    const auto before = ::umask(0777);
    auto server = Server::open(loop, path);
    ::umask(before);
    ASSERT_TRUE(server) << server.error().message();
    struct stat status{};
    ASSERT_EQ(::stat(path.parent_path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0755U);
}

TEST_F(ControlServerTest, TwelveHundredIdleConnectionsKeepNobodyOut) {
    auto server = Server::open(loop, path);
    ASSERT_TRUE(server) << server.error().message();
    server->serve(echo);
    for (int i = 0; i < 1200; ++i) {
        if (!connect_and_say_nothing()) break;  // this test's own limit on descriptors
        if (i % 100 == 0) let_the_loop_work();
    }
    ASSERT_GT(idle.size(), 200U);
    ::close(idle.back());  // one for pulsectl
    idle.pop_back();
    EXPECT_EQ(answer(), "status");
}

TEST_F(ControlServerTest, WithoutDescriptorsTheLoopDoesNotSpin) {
    auto server = Server::open(loop, path);
    ASSERT_TRUE(server) << server.error().message();
    server->serve(echo);
    let_the_loop_work();
    ASSERT_TRUE(connect_and_say_nothing());
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const auto before = limit.rlim_cur;
    limit.rlim_cur = 0;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    loop.restart();
    const auto handlers = loop.run_for(50ms);
    limit.rlim_cur = before;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_LT(handlers, 10U);
    EXPECT_EQ(answer(), "status") << "and it is back when there are some";
}

}  // namespace
}  // namespace pulse::control
