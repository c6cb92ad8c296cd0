// More real servers than a service's usual limit of descriptors. Run by tools/lab exec.
#include <atomic>
#include <csignal>
#include <fstream>
#include <iostream>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "pulse/runtime/unique_fd.h"

#include "shell.h"

namespace pulse::lab {
namespace {

using namespace std::chrono_literals;

constexpr int servers = 600;
constexpr std::uint16_t port = 8000;

/// Accepts at every address of this machine, and remembers which were asked.
class Listener {
  public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in any{};
        any.sin_family = AF_INET;
        any.sin_port = htons(port);
        const int yes = 1;
        (void)::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 ||
            ::listen(socket_.get(), 1024) != 0)
            throw std::runtime_error("cannot listen");
        thread_ = std::thread([this] { accept(); });
    }
    ~Listener() {
        stop_ = true;
        thread_.join();
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    Listener(Listener&&) = delete;
    Listener& operator=(Listener&&) = delete;

    [[nodiscard]] std::size_t asked() const {
        const std::lock_guard lock(mutex_);
        return asked_.size();
    }

  private:
    void accept() {
        while (!stop_) {
            pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
            if (::poll(&waiting, 1, 100) <= 0) continue;
            const runtime::UniqueFd one(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            sockaddr_in local{};
            socklen_t size = sizeof local;
            if (!one || ::getsockname(one.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0) continue;
            const std::lock_guard lock(mutex_);
            asked_.insert(local.sin_addr.s_addr);
        }
    }

    runtime::UniqueFd socket_;
    mutable std::mutex mutex_;
    std::set<std::uint32_t> asked_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

/// How many servers each nanny checks.
class ManyServersTest : public testing::TestWithParam<int> {
  protected:
    static void SetUpTestSuite() {
        ASSERT_EQ(run("ip link add eth0 type veth peer name eth9 && ip link set eth0 up && "
                      "ip link set eth9 up && ip addr add 10.0.0.1/24 dev eth0 && "
                      "ip link set lo up && ip addr add 10.1.0.0/16 dev lo")
                      .status,
                  0);
    }
    void TearDown() override {
        (void)run("kill $(cat /run/many.pid)");
        (void)within(30s, [] { return entries() == 0; });
        if (HasFailure()) std::cout << run("tail -n 40 /run/many.log").text;
    }

    static void start(int checks_per_nanny) {
        std::ofstream file("/run/many.cf");
        file << "primary = 10.0.0.1\nservice = lvs\nnetwork = direct\nchecks_per_nanny = " << checks_per_nanny
             << "\nvirtual web {\n active = 1\n address = 10.0.0.10 eth0:1\n port = " << port
             << "\n scheduler = wrr\n timeout = 20\n reentry = 1\n";
        for (int n = 1; n <= servers; ++n)
            file << " server s" << n << " {\n address = 10.1." << n / 250 << "." << n % 250 + 1
                 << "\n active = 1\n }\n";
        file << "}\n";
        file.close();
        ASSERT_EQ(run("ulimit -Sn 1024; pulse -n -c /run/many.cf --socket /run/many.sock --state-directory "
                      "/run/many > /run/many.log 2>&1 < /dev/null & echo $! > /run/many.pid")
                      .status,
                  0);
    }

    /// Real servers in the kernel's table.
    static int entries() {
        std::ifstream table("/proc/net/ip_vs");
        int count = -1;  // the heading has an arrow too
        for (std::string line; std::getline(table, line);)
            count += line.find("->") != std::string::npos ? 1 : 0;
        return count;
    }
};

TEST_P(ManyServersTest, AllAreCheckedAndServeUnderASoftLimitOf1024Descriptors) {
    const Listener listener;
    start(GetParam());
    EXPECT_TRUE(within(400s, [&] { return entries() == servers && listener.asked() == servers; }))
        << entries() << " in the table, " << listener.asked() << " checked";
}

INSTANTIATE_TEST_SUITE_P(ChecksPerNanny, ManyServersTest, testing::Values(50, 1));

}  // namespace
}  // namespace pulse::lab
