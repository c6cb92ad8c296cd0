#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <sys/wait.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include "pulse/process/account.h"

#include "probe_in_a_loop.h"

namespace pulse::probe {
namespace {

namespace asio = boost::asio;
using health::Outcome;
using health::Reason;
using std::chrono::milliseconds;

constexpr auto plenty = milliseconds(20'000);
constexpr auto brief = milliseconds(50);

/// A directory of scripts, gone with the test.
class ProgramProbe : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "probe-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override {
        io.restart();
        io.run();  // until every killed program is buried
        std::filesystem::remove_all(directory_);
    }

    [[nodiscard]] std::string path(const std::string& name) const { return directory_ / name; }

    /// An executable file of this text.
    [[nodiscard]] std::string script(const std::string& text) const {
        const auto file = path("script");
        std::ofstream(file) << text;
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        return file;
    }

    [[nodiscard]] std::string shell_script(const std::string& text) const {
        return script("#!/bin/sh\n" + text);
    }

    [[nodiscard]] Outcome outcome(std::vector<std::string> words,
                                  std::optional<std::string> expect = std::nullopt,
                                  milliseconds limit = plenty) {
        return outcome_of(io, health::ProgramCheck{.words = std::move(words), .expect = std::move(expect)},
                          limit);
    }

    asio::io_context io{1};

  private:
    std::filesystem::path directory_;
};

TEST_F(ProgramProbe, ExitStatusDecidesWhenNothingIsExpected) {
    EXPECT_TRUE(outcome({"/bin/true"}).good());
    EXPECT_TRUE(outcome({"true"}).good());  // looked up in PATH
    EXPECT_EQ(outcome({"/bin/false"}), (Outcome{.reason = Reason::program_exited, .number = 1}));
    EXPECT_EQ(outcome({shell_script("exit 42")}), (Outcome{.reason = Reason::program_exited, .number = 42}));
}

TEST_F(ProgramProbe, OutputIsCompared) {
    EXPECT_TRUE(outcome({"/bin/echo", "10.0.0.7", "80"}, "10.0.0.7 80").good());
    EXPECT_EQ(outcome({"/bin/echo", "KO"}, "OK").reason, Reason::program_differs);
    EXPECT_EQ(outcome({shell_script("echo OK; exit 1")}, "OK").reason, Reason::program_exited);
    EXPECT_TRUE(outcome({shell_script("echo noise >&2; echo OK")}, "OK").good());
}

TEST_F(ProgramProbe, AKilledProgramIsDown) {
    EXPECT_EQ(outcome({shell_script("kill -TERM $$")}),
              (Outcome{.reason = Reason::program_killed, .number = SIGTERM}));
}

TEST_F(ProgramProbe, AProgramThatCannotRunIsDown) {
    const auto account = process::account_name(::geteuid());
    EXPECT_EQ(health::text(outcome({path("missing")})),
              "program cannot be run: No such file or directory (for the account " + account + ")");
    EXPECT_EQ(outcome({"no-such-program-anywhere"}).reason, Reason::program_cannot_run);
    EXPECT_EQ(outcome({path("")}).reason, Reason::program_cannot_run);
}

TEST_F(ProgramProbe, AScriptWithoutFirstLineIsRunByTheShell) {
    EXPECT_TRUE(outcome({script("echo $1-$2\n"), "a", "b"}, "a-b").good());
}

TEST_F(ProgramProbe, MuchOutputNeverBlocksTheProgram) {
    const auto script = shell_script("head -c 1000000 /dev/zero");
    EXPECT_TRUE(outcome({script}).good());
    EXPECT_EQ(outcome({script}, "OK").reason, Reason::program_differs);
}

TEST_F(ProgramProbe, AllOfALongAnswerIsCompared) {
    const auto script = shell_script("head -c 60000 /dev/zero | tr '\\0' x");
    EXPECT_TRUE(outcome({script}, std::string(60'000, 'x')).good());
    EXPECT_EQ(outcome({script}, std::string(59'999, 'x')).reason, Reason::program_differs);
}

TEST_F(ProgramProbe, AnEndlessFloodEndsAtTheDeadline) {
    EXPECT_EQ(outcome({shell_script("exec cat /dev/zero")}, "OK", brief).reason, Reason::program_timed_out);
}

/// Whether a process with this id exists and has not merely left its corpse.
bool alive(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    for (int i = 0; i < 3; ++i) stat >> word;
    return stat && word != "Z" && word != "X";
}

/// The ids a script left in its file.
std::vector<pid_t> pids_in(const std::string& file) {
    std::vector<pid_t> pids;
    std::ifstream in(file);
    for (pid_t pid = 0; in >> pid;) pids.push_back(pid);
    return pids;
}

/// Waits for the kernel to finish a kill that has already been sent.
bool all_dead(const std::vector<pid_t>& pids) {
    const auto give_up = Clock::now() + plenty;
    while (Clock::now() < give_up) {
        bool any = false;
        for (const auto pid : pids) any = any || alive(pid);
        if (!any) return true;
        ::sched_yield();
    }
    return false;
}

/// Leaves its own and its child's id behind and hangs.
constexpr auto hang = "sleep 1000 & echo $$ $! > $1.part; mv $1.part $1; wait";

TEST_F(ProgramProbe, AHangingProgramIsKilledWithItsChildren) {
    const auto file = path("pids");
    // Long enough for the shell to have written its file even on a busy machine.
    const auto result = outcome({shell_script(hang), file}, std::nullopt, milliseconds(1000));
    EXPECT_EQ(result.reason, Reason::program_timed_out);
    const auto pids = pids_in(file);
    ASSERT_EQ(pids.size(), 2U);
    EXPECT_TRUE(all_dead(pids));
}

TEST_F(ProgramProbe, AHangingProgramIsKilledWithWhatHasLeftItsGroup) {
    const auto file = path("pids");
    const auto leaves =
        R"(setsid sh -c 'sleep 1000 & echo $$ $! > $1.part; mv $1.part $1; wait' sh $1 & wait)";
    EXPECT_EQ(outcome({shell_script(leaves), file}, std::nullopt, milliseconds(1000)).reason,
              Reason::program_timed_out);
    const auto pids = pids_in(file);
    ASSERT_EQ(pids.size(), 2U);
    EXPECT_TRUE(all_dead(pids));
}

TEST_F(ProgramProbe, TheEnvironmentIsTheSameHoweverWeWereStarted) {
    ASSERT_EQ(::setenv("PULSE_TEST_SECRET", "x", 1), 0);
    const auto answer = outcome({"env"},
                                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/\n"
                                "SHELL=/bin/sh\nLANG=C.UTF-8");
    ::unsetenv("PULSE_TEST_SECRET");
    EXPECT_TRUE(answer.good());
}

TEST_F(ProgramProbe, ATimeoutDoesNotWaitForTheProgramToDie) {
    const auto started = Clock::now();
    EXPECT_EQ(outcome({"/bin/sleep", "1000"}, std::nullopt, brief).reason, Reason::program_timed_out);
    EXPECT_LT(Clock::now() - started, plenty);
}

TEST_F(ProgramProbe, AProcessLeftBehindDoesNotDelayTheVerdict) {
    const auto file = path("pids");
    const auto result = outcome({shell_script("sleep 1000 & echo $! > $1; echo OK"), file}, "OK");
    EXPECT_TRUE(result.good());
    for (const auto pid : pids_in(file)) {
        EXPECT_TRUE(alive(pid));  // not ours to kill: the program ended well
        ::kill(pid, SIGKILL);
    }
}

TEST_F(ProgramProbe, EndingTheLoopKillsARunningProgram) {
    const auto file = path("pids");
    {
        asio::io_context loop(1);
        health::ProgramCheck check{.words = {shell_script(hang), file}, .expect = std::nullopt};
        asio::co_spawn(loop, run(std::move(check), Clock::now() + plenty), asio::detached);
        while (!std::filesystem::exists(file)) loop.poll();
    }
    const auto pids = pids_in(file);
    ASSERT_EQ(pids.size(), 2U);
    EXPECT_TRUE(all_dead(pids));
    EXPECT_EQ(::waitpid(pids.front(), nullptr, 0), pids.front());  // a nanny that ends leaves this to init
}

TEST_F(ProgramProbe, LeavesNoDescriptorAndNoChildBehind) {
    (void)outcome({"/bin/true"});
    const auto before = open_descriptors();
    (void)outcome({"/bin/true"});
    (void)outcome({path("missing")});
    (void)outcome({"/bin/sleep", "1000"}, std::nullopt, brief);
    io.restart();
    io.run();  // until the killed one is buried
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

TEST_F(ProgramProbe, AProgramInheritsNoDescriptorOfTheProbe) {
    // What the test itself was started with is not the probe's doing.
    for (int fd = 3; fd < 1024; ++fd) (void)::fcntl(fd, F_SETFD, FD_CLOEXEC);
    EXPECT_TRUE(
        outcome({shell_script("ls /proc/self/fd | tr '\\n' ' '")}, "0 1 2 3 ").good());  // 3: ls itself
}

}  // namespace
}  // namespace pulse::probe
