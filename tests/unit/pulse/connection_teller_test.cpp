#include "connection_teller.h"

#include <atomic>
#include <memory>

#include <gtest/gtest.h>

namespace pulse::daemon {
namespace {

class ConnectionTellerTest : public testing::Test {
  protected:
    ConnectionTellerTest() { config->syncdaemon = true; }

    /// Until nothing is under way.
    void run() {
        io.run();
        io.restart();
    }

    boost::asio::io_context io{1};
    std::shared_ptr<config::Config> config = std::make_shared<config::Config>();
    std::atomic<int> told = 0;
    Duration limit{};
    ConnectionTeller teller{io, [this](const config::Config&, Duration most) {
                                limit = most;
                                ++told;
                                return Result<std::size_t>(3);
                            }};
};

TEST_F(ConnectionTellerTest, TellsAtOnceAndNotForLongWhenTheRoleGoes) {
    teller.tell_now(*config);
    EXPECT_EQ(told, 1);
    EXPECT_LE(limit, std::chrono::milliseconds(100));
    config->deadtime = std::chrono::milliseconds(400);
    teller.tell_now(*config);
    EXPECT_EQ(limit, std::chrono::milliseconds(50));
}

TEST_F(ConnectionTellerTest, TellsAPartnerThatHasComeInAThread) {
    teller.tell_soon(config);
    EXPECT_EQ(told, 0);
    run();
    EXPECT_EQ(told, 1);
    teller.tell_soon(config);
    run();
    EXPECT_EQ(told, 2);
}

TEST_F(ConnectionTellerTest, AWishThatComesMeanwhileIsNotForgotten) {
    teller.tell_soon(config);
    while (told == 0) io.poll_one();
    teller.tell_soon(config);
    teller.tell_soon(config);
    run();
    EXPECT_EQ(told, 2);
}

TEST_F(ConnectionTellerTest, TellsNobodyWithoutSynchronisation) {
    config->syncdaemon = false;
    teller.tell_now(*config);
    teller.tell_soon(config);
    run();
    EXPECT_EQ(told, 0);
}

TEST(ConnectionTellerOfTheKernel, NamesTheDeviceThatIsMissing) {
    config::Config config;
    config.syncdaemon = true;
    config.syncd_iface = "none0";
    const auto told = ConnectionTeller::tell_of_the_kernels(config, std::chrono::milliseconds(20));
    ASSERT_FALSE(told);
    EXPECT_NE(told.error().message().find("none0"), std::string::npos);
}

}  // namespace
}  // namespace pulse::daemon
