#include "pulse/runtime/resolver.h"

#include <csignal>
#include <cstdlib>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

namespace pulse::runtime {
namespace {

using namespace std::chrono_literals;

/// A name service that knows "web" (10.0.0.80), does not know "nobody", and is silent about "slow" until it
/// goes away.
class NameService {
  public:
    NameService() = default;
    NameService(const NameService&) = delete;
    NameService& operator=(const NameService&) = delete;
    NameService(NameService&&) = delete;
    NameService& operator=(NameService&&) = delete;
    ~NameService() { goes_away_.set_value(); }

    [[nodiscard]] Resolver::Ask ask() const {
        return [questions = questions_, gone = gone_](const std::string& name) -> Result<net::IpAddress> {
            questions->add(name);
            if (name == "slow") gone.wait();
            if (name == "web") return net::IpAddress::v4(0x0a000050);
            return fail(std::error_code(), "Name or service not known");
        };
    }

    [[nodiscard]] std::vector<std::string> asked() const { return questions_->all(); }

  private:
    /// Asked in other threads.
    class Questions {
      public:
        void add(const std::string& name) {
            const std::scoped_lock lock(mutex_);
            names_.push_back(name);
        }
        [[nodiscard]] std::vector<std::string> all() {
            const std::scoped_lock lock(mutex_);
            return names_;
        }

      private:
        std::mutex mutex_;
        std::vector<std::string> names_;
    };

    std::shared_ptr<Questions> questions_ = std::make_shared<Questions>();
    std::promise<void> goes_away_;
    std::shared_future<void> gone_ = goes_away_.get_future().share();
};

using Names = std::vector<std::string>;

constexpr Resolver::Patience ample{.per_name = 1min, .in_total = 1min};

std::string told(const Result<net::IpAddress>& answer) {
    return answer ? answer->to_string() : answer.error().message();
}

TEST(Resolver, AnAddressAsTextIsNotAskedFor) {
    const NameService service;
    Resolver resolver({.per_name = 0s, .in_total = 0s}, service.ask());
    EXPECT_EQ(told(resolver.address("10.0.0.7")), "10.0.0.7");
    EXPECT_EQ(told(resolver.address("10.7")), "10.0.0.7");
    EXPECT_EQ(told(resolver.address("fd00::a")), "fd00::a");
    EXPECT_EQ(service.asked(), Names());
}

TEST(Resolver, EachNameIsAskedForOnceWhateverTheAnswer) {
    const NameService service;
    Resolver resolver(ample, service.ask());
    for (int time = 0; time < 3; ++time) {
        EXPECT_EQ(told(resolver.address("web")), "10.0.0.80");
        EXPECT_EQ(told(resolver.address("nobody")), "Name or service not known");
    }
    EXPECT_EQ(service.asked(), (Names{"web", "nobody"}));
}

TEST(Resolver, ANameWithoutAnAnswerIsGivenUpAndNotAskedForAgain) {
    const NameService service;
    Resolver resolver({.per_name = 2ms, .in_total = 1min}, service.ask());
    EXPECT_EQ(told(resolver.address("slow")), "no answer from the name service within 2 ms");
    EXPECT_EQ(told(resolver.address("slow")), "no answer from the name service within 2 ms");
}

TEST(Resolver, NamesAfterTheTotalIsUsedUpAreNotAskedFor) {
    const NameService service;
    Resolver resolver({.per_name = 1min, .in_total = 2ms}, service.ask());
    EXPECT_EQ(told(resolver.address("slow")), "no answer from the name service within 2 ms");
    EXPECT_EQ(told(resolver.address("web")),
              "not asked: the name service took more than 2 ms for the names before");
    EXPECT_EQ(told(resolver.address("slow")), "no answer from the name service within 2 ms") << "as before";
}

TEST(Resolver, ItsThreadsLeaveSignalsToTheProgram) {
    const auto blocks_sigterm = [](const std::string&) -> Result<net::IpAddress> {
        sigset_t blocked{};
        ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
        return fail(std::error_code(), sigismember(&blocked, SIGTERM) == 1 ? "blocked" : "not blocked");
    };
    Resolver resolver(ample, blocks_sigterm);
    EXPECT_EQ(told(resolver.address("web")), "blocked");
    EXPECT_EQ(told(blocks_sigterm("here")), "not blocked");
}

TEST(Resolver, AQuestionLeftBehindDoesNotDelayTheEnd) {
    const auto exit_while_asking = [] {
        const NameService service;
        Resolver resolver({.per_name = 0s, .in_total = 1min}, service.ask());
        std::exit(resolver.address("slow") ? 1 : 0);
    };
    EXPECT_EXIT(exit_while_asking(), testing::ExitedWithCode(0), "");
}

TEST(Resolver, ThisSystemKnowsLocalhostAndSaysWhyItKnowsNothingElse) {
    Resolver resolver(ample);
    EXPECT_EQ(told(resolver.address("localhost")), "127.0.0.1");
    // Too long to be asked for in the DNS.
    const auto unknown = resolver.address(std::string(300, 'x'));
    ASSERT_FALSE(unknown);
    EXPECT_FALSE(unknown.error().message().empty());
}

TEST(DeviceExists, KnowsTheLoopbackDevice) {
    EXPECT_TRUE(device_exists("lo"));
    EXPECT_FALSE(device_exists("no-such-device"));
    EXPECT_FALSE(device_exists(""));
}

}  // namespace
}  // namespace pulse::runtime
