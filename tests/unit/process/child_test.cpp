#include "pulse/process/child.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <sys/wait.h>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "pulse/base/time.h"
#include "pulse/process/channel.h"
#include "pulse/runtime/async.h"

#include "run_in_a_loop.h"

namespace pulse::process {
namespace {

namespace asio = boost::asio;

SpawnRequest shell(const std::string& script) { return {.program = "/bin/sh", .arguments = {"-c", script}}; }

class ChildProcess : public testing::Test {
  protected:
    Child started(const SpawnRequest& request) {
        auto child = Child::spawn(io.get_executor(), request);
        if (!child) throw std::runtime_error(child.error().message());
        return std::move(*child);
    }

    std::string ended(Child& child) { return awaited(io, child.wait()).to_string(); }

    std::string ended(const SpawnRequest& request) {
        auto child = started(request);
        return ended(child);
    }

    /// What a program prints, until it and all its children have closed the output.
    std::string printed(SpawnRequest request) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) return "no pipe";
        const runtime::UniqueFd reading(ends[0]);
        runtime::UniqueFd writing(ends[1]);
        request.standard_output = writing.get();
        auto child = started(request);
        writing.close();
        std::string text;
        std::array<char, 256> part{};
        for (ssize_t size = 0; (size = ::read(reading.get(), part.data(), part.size())) > 0;)
            text.append(part.data(), static_cast<std::size_t>(size));
        EXPECT_EQ(ended(child), "exited with status 0");
        return text;
    }

    asio::io_context io{1};
};

/// A child that lives until our end of the channel is closed, or a signal comes.
class WaitingChild : public ChildProcess {
  protected:
    void SetUp() override {
        auto pair = make_channel_pair();
        ASSERT_TRUE(pair);
        ours = std::move(pair->first);
        request = shell("read word <&3; exit 7");
        request.channel = pair->second.get();
        child.emplace(started(request));
    }

    std::optional<Exit> seen_until(TimePoint deadline) {
        return awaited(io, runtime::with_deadline(deadline, child->wait()));
    }

    runtime::UniqueFd ours;
    SpawnRequest request;
    std::optional<Child> child;
};

TEST(Exit, IsToldInTheOriginalsWords) {
    EXPECT_EQ((Exit{.status = 1}).to_string(), "exited with status 1");
    EXPECT_EQ((Exit{.signal = SIGKILL}).to_string(), "terminated with signal 9");
    EXPECT_TRUE(Exit{}.clean());
    EXPECT_FALSE((Exit{.status = 1}).clean());
    EXPECT_FALSE((Exit{.signal = SIGTERM}).clean());
}

TEST_F(ChildProcess, ItsExitStatusIsSeen) {
    EXPECT_EQ(ended({.program = "/bin/true"}), "exited with status 0");
    EXPECT_EQ(ended({.program = "false"}), "exited with status 1") << "looked up in PATH";
    EXPECT_EQ(ended(shell("exit 255")), "exited with status 255");
}

TEST_F(ChildProcess, TheSignalThatKilledItIsSeen) {
    EXPECT_EQ(ended(shell("kill -TERM $$")), "terminated with signal 15");
    EXPECT_EQ(ended(shell("kill -KILL $$")), "terminated with signal 9");
}

TEST_F(ChildProcess, AMissingProgramIsAnErrorThatNamesIt) {
    const auto child = Child::spawn(io.get_executor(), {.program = "/no/such/program"});
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, std::errc::no_such_file_or_directory);
    EXPECT_EQ(child.error().message(), "cannot start /no/such/program: No such file or directory");
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "nothing is left behind to be reaped";
}

TEST_F(ChildProcess, AFileThatIsNoProgramIsAnError) {
    const auto child = Child::spawn(io.get_executor(), {.program = "/etc/passwd"});
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, std::errc::permission_denied);
}

TEST_F(ChildProcess, ArgumentsArriveAsTheyAre) {
    EXPECT_EQ(
        printed({.program = "/bin/sh", .arguments = {"-c", "printf '[%s]' \"$@\"", "name", "a b", "", "*"}}),
        "[a b][][*]");
}

TEST_F(ChildProcess, StandardInputIsDevNull) {
    EXPECT_EQ(printed({.program = "readlink", .arguments = {"/proc/self/fd/0"}}), "/dev/null\n");
}

TEST_F(ChildProcess, OutputAndErrorsAreNotOursUnlessItLogsWhereWeDo) {
    // Seen through a third descriptor, since what it prints is what is asked about.
    const auto streams = [this](SpawnRequest request) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const runtime::UniqueFd reading(ends[0]);
        runtime::UniqueFd writing(ends[1]);
        request.channel = writing.get();
        auto child = started(request);
        writing.close();
        std::array<char, 256> text{};
        ssize_t size = 0;
        for (ssize_t got = 0; (got = ::read(reading.get(), text.data() + size,
                                            text.size() - static_cast<std::size_t>(size))) > 0;)
            size += got;
        EXPECT_EQ(ended(child), "exited with status 0");
        return std::string(text.data(), static_cast<std::size_t>(size));
    };
    // dash redirects its own descriptors for the time of a command.
    auto request = shell("out=$(readlink /proc/$$/fd/1); echo \"$out\" >&3; readlink /proc/$$/fd/2 >&3");
    EXPECT_EQ(streams(request), "/dev/null\n/dev/null\n");
    std::array<char, 200> ours{};
    ASSERT_GT(::readlink("/proc/self/fd/2", ours.data(), ours.size() - 1), 0);
    request.our_streams = true;
    EXPECT_THAT(streams(request), testing::HasSubstr(std::string(ours.data()) + "\n"));
}

TEST_F(ChildProcess, OurEnvironmentIsNotInherited) {
    ASSERT_EQ(::setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1), 0);
    ASSERT_EQ(::setenv("PULSE_SECRET", "x", 1), 0);
    ASSERT_EQ(::setenv("TZ", "Europe/Berlin", 1), 0);
    const auto seen = printed({.program = "env"});
    EXPECT_THAT(seen, testing::HasSubstr("PATH="));
    EXPECT_THAT(seen, testing::HasSubstr("HOME="));
    EXPECT_THAT(seen, testing::HasSubstr("TZ=Europe/Berlin\n"));
    EXPECT_THAT(seen, testing::Not(testing::HasSubstr("NOTIFY_SOCKET")));
    EXPECT_THAT(seen, testing::Not(testing::HasSubstr("PULSE_SECRET")));
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("PULSE_SECRET");
    ::unsetenv("TZ");
}

TEST_F(ChildProcess, WithoutAnEnvironmentOfOursItFindsThePrograms) {
    const std::string path = ::getenv("PATH");
    ::unsetenv("PATH");
    const auto seen = plain_environment();
    ::setenv("PATH", path.c_str(), 1);
    EXPECT_THAT(seen, testing::Contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
}

TEST_F(ChildProcess, TheChannelArrivesAsDescriptor3) {
    auto pair = make_channel_pair();
    ASSERT_TRUE(pair);
    auto request = shell("printf STATE=up >&3");
    request.channel = pair->second.get();
    auto child = started(request);
    pair->second.close();
    Channel channel(io.get_executor(), std::move(pair->first));
    EXPECT_EQ(awaited(io, channel.receive()), Fields().add("STATE", "up"));
    EXPECT_EQ(awaited(io, channel.receive()), std::nullopt) << "its end closes the channel";
    EXPECT_EQ(ended(child), "exited with status 0");
}

/// Runs in a forked child, whose descriptor 3 is its own: exits with 0 for yes.
[[noreturn]] void exit_with_whether_a_channel_on_descriptor_3_arrives() {
    const auto pair = make_channel_pair();
    constexpr int out_of_the_way = 100;
    const int ours = ::fcntl(pair->first.get(), F_DUPFD_CLOEXEC, out_of_the_way);
    const int theirs = ::fcntl(pair->second.get(), F_DUPFD_CLOEXEC, out_of_the_way);
    asio::io_context io{1};
    ::dup3(theirs, child_channel_fd, O_CLOEXEC);
    auto request = shell("printf STATE=up >&3");
    request.channel = child_channel_fd;
    const auto child = Child::spawn(io.get_executor(), request);
    ::close(theirs);
    ::close(pair->second.get());
    ::close(child_channel_fd);
    std::array<char, 64> text{};
    ::_exit(child && ::read(ours, text.data(), text.size()) == 8 ? 0 : 1);
}

TEST_F(ChildProcess, AChannelThatIsDescriptor3AlreadyArrivesToo) {
    EXPECT_EXIT(exit_with_whether_a_channel_on_descriptor_3_arrives(), testing::ExitedWithCode(0), "");
}

TEST_F(ChildProcess, SignalsAreAtTheirDefaultsAndUnblocked) {
    sigset_t blocked{};
    sigset_t before{};
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    auto* const handler = ::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(ended(shell("kill -PIPE $$")), "terminated with signal 13");
    EXPECT_EQ(ended(shell("kill -TERM $$")), "terminated with signal 15");
    (void)::signal(SIGPIPE, handler);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_F(WaitingChild, AWaitCutOffByADeadlineDoesNotBlockAndMayBeRepeated) {
    EXPECT_FALSE(seen_until(Clock::now()));
    EXPECT_FALSE(seen_until(Clock::now()));
    ours.close();
    EXPECT_EQ(ended(*child), "exited with status 7");
}

TEST_F(WaitingChild, ItsEndIsStillKnownAfterwards) {
    ours.close();
    EXPECT_EQ(ended(*child), "exited with status 7");
    EXPECT_EQ(ended(*child), "exited with status 7");
}

TEST_F(WaitingChild, IsKilled) {
    child->kill(SIGTERM);
    EXPECT_EQ(ended(*child), "terminated with signal 15");
    child->kill(SIGTERM);  // no concern
}

TEST_F(ChildProcess, AGroupIsKilledWithItsChildren) {
    auto pair = make_channel_pair();
    ASSERT_TRUE(pair);
    auto request = shell("(printf READY=1 >&3; read word <&3) & wait");
    request.channel = pair->second.get();
    request.own_group = true;
    auto child = started(request);
    pair->second.close();
    Channel channel(io.get_executor(), std::move(pair->first));
    ASSERT_TRUE(awaited(io, channel.receive()));
    child.kill_group(SIGKILL);
    EXPECT_EQ(ended(child), "terminated with signal 9");
    EXPECT_EQ(awaited(io, channel.receive()), std::nullopt) << "the grandchild had it open, too";
}

}  // namespace
}  // namespace pulse::process
