#include "pulse/sandbox/sandbox.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>

#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace pulse::sandbox {
namespace {

/// What a confined child answers: 0 when `attempt` succeeded, else its errno.
int attempted(const Rules& rules, const std::function<bool()>& attempt) {
    const auto child = ::fork();
    if (child == 0) {
        const bool confined = drop_privileges("no-such-account") && confine(rules);
        if (!confined) ::_exit(255);
        errno = 0;
        ::_exit(attempt() ? 0 : errno);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

const Rules sockets;
const Rules programs{.programs = true, .descriptors = 256};

bool opens_socket(int family, int type, int protocol) {
    return ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol) >= 0;
}

TEST(Sandbox, LeavesTheSocketsThatChecksNeed) {
    EXPECT_EQ(attempted(sockets, [] { return opens_socket(AF_INET, SOCK_STREAM, 0); }), 0);
    EXPECT_EQ(attempted(sockets, [] { return opens_socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP); }), 0);
    EXPECT_EQ(attempted(sockets, [] { return opens_socket(AF_INET, SOCK_DGRAM, 0); }), 0);
    EXPECT_EQ(attempted(sockets, [] { return opens_socket(AF_UNIX, SOCK_DGRAM, 0); }), 0);
}

TEST(Sandbox, OpensNoRawNoNetlinkAndNoOtherSocket) {
    for (const auto& rules : {sockets, programs}) {
        EXPECT_EQ(attempted(rules, [] { return opens_socket(AF_INET, SOCK_RAW, IPPROTO_TCP); }), EPERM);
        EXPECT_EQ(attempted(rules, [] { return opens_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6); }), EPERM);
        EXPECT_EQ(attempted(rules, [] { return opens_socket(AF_PACKET, SOCK_DGRAM, 0); }), EPERM);
        EXPECT_EQ(attempted(rules, [] { return opens_socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC); }),
                  EPERM);
        EXPECT_EQ(attempted(rules, [] { return opens_socket(AF_NETLINK, SOCK_DGRAM, NETLINK_GENERIC); }),
                  EPERM);
    }
    EXPECT_EQ(attempted(sockets, [] { return opens_socket(AF_UNIX, SOCK_STREAM, 0); }), EPERM);
    EXPECT_EQ(attempted(sockets, [] { return opens_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP); }), EPERM);
}

TEST(Sandbox, OpensAPingSocketOnlyWhereItMay) {
    // Which groups may is the kernel's business (net.ipv4.ping_group_range): it says EACCES, the filter
    // EPERM.
    const auto answer =
        attempted({.ping = true}, [] { return opens_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP); });
    EXPECT_TRUE(answer == 0 || answer == EACCES) << answer;
}

TEST(Sandbox, OpensAndChangesNoFile) {
    EXPECT_EQ(attempted(sockets, [] { return ::open("/tmp/x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0; }),
              EPERM);
    EXPECT_EQ(attempted(sockets, [] { return ::open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0; }), EPERM);
    EXPECT_EQ(attempted(sockets, [] { return ::unlink("/tmp/x") == 0; }), EPERM);
    EXPECT_EQ(attempted(sockets, [] { return ::mkdir("/tmp/x", 0700) == 0; }), EPERM);
}

TEST(Sandbox, ReadsFilesOnlyWhereItMay) {
    const Rules files{.files = true};
    EXPECT_EQ(attempted(files, [] { return ::open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0; }), 0);
    for (const int flags : {O_WRONLY, O_RDWR, O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC})
        EXPECT_EQ(attempted(files, [&] { return ::open("/tmp/x", flags | O_CLOEXEC, 0600) >= 0; }), EPERM);
    EXPECT_EQ(attempted(files, [] { return opens_socket(AF_INET, SOCK_RAW, IPPROTO_TCP); }), EPERM);
}

TEST(Sandbox, StartsProgramsOnlyWhereItMay) {
    const auto run_true = [] {
        std::array<char*, 2> words{const_cast<char*>("true"), nullptr};
        return ::execv("/bin/true", words.data()) == 0;
    };
    EXPECT_EQ(attempted(sockets, run_true), EPERM);
    EXPECT_EQ(attempted(sockets, [] { return ::fork() >= 0; }), EPERM);
    EXPECT_EQ(attempted(programs, run_true), 0);
    EXPECT_EQ(attempted(programs, [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; }), EPERM);
}

TEST(Sandbox, ReachesNoOtherProcess) {
    EXPECT_EQ(attempted(sockets, [] { return ::kill(::getppid(), 0) == 0; }), EPERM);
}

TEST(Sandbox, KeepsNoCapabilityAndNoRoot) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root has something to give up";
    EXPECT_EQ(attempted(programs, [] { return ::setuid(0) == 0; }), EPERM);
    EXPECT_EQ(attempted(programs, [] { return ::geteuid() == 65534 && ::getegid() == 65534; }), 0);
    // A port below 1024 is what an inherited capability would show.
    EXPECT_EQ(attempted(programs, [] { return ::chown("/etc/passwd", 0, 0) == 0; }), EPERM);
    const auto capabilities = [] {
        std::array<char, 4096> text{};
        const int status = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
        const auto got = ::read(status, text.data(), text.size() - 1);
        const std::string all(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        for (const auto* set : {"CapInh:\t", "CapPrm:\t", "CapEff:\t", "CapBnd:\t", "CapAmb:\t"})
            if (all.find(set + std::string(16, '0')) == std::string::npos) return false;
        return true;
    };
    const auto child = ::fork();
    if (child == 0)
        ::_exit(drop_privileges("no-such-account") && ::prctl(PR_SET_DUMPABLE, 1) == 0 && capabilities() ? 0
                                                                                                         : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST(Sandbox, LimitsDescriptorsAndMemory) {
    const Rules rules{.descriptors = 8, .megabytes = 16};
    EXPECT_EQ(attempted(rules,
                        [] {
                            for (int i = 0; i < 8; ++i)
                                if (!opens_socket(AF_INET, SOCK_DGRAM, 0)) return false;
                            return true;
                        }),
              EMFILE);
    EXPECT_EQ(attempted(rules, [] { return std::malloc(std::size_t{64} << 20U) != nullptr; }), ENOMEM);
}

TEST(Sandbox, ClosesWhatTheParentLeftOpen) {
    const int before = ::open("/dev/null", O_RDONLY);
    ASSERT_GE(before, 3);
    const auto child = ::fork();
    if (child == 0) {
        close_descriptors_from(3);
        ::_exit(::fcntl(before, F_GETFD) == -1 && ::fcntl(2, F_GETFD) != -1 ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(before);
    EXPECT_EQ(status, 0);
}

TEST(Sandbox, NoticesAParentThatIsGoneAlready) {
    const auto child = ::fork();
    if (child == 0) ::_exit(!die_with_parent(::getppid() + 1) && die_with_parent(::getppid()) ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace pulse::sandbox
