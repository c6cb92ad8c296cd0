#include "pulse/sandbox/sandbox.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
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

/// As fork(2), with flags of clone(2).
bool starts_with_flags(unsigned long flags) {
    const auto child = ::syscall(SYS_clone, flags | SIGCHLD, 0L, 0L, 0L, 0L);
    if (child == 0) ::_exit(0);
    return child > 0;
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

/// In a new user namespace a program has every capability, and with them the kernel's parts that only root
/// should meet.
TEST(Sandbox, MakesNoNamespace) {
    const std::array spaces{CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS,    CLONE_NEWPID,
                            CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP};
    for (const unsigned long space : spaces) {
        EXPECT_EQ(attempted(programs, [&] { return ::unshare(static_cast<int>(space)) == 0; }), EPERM)
            << space;
        for (const auto with : {space, space | CLONE_NEWUSER, space | CLONE_VM | CLONE_VFORK})
            EXPECT_EQ(attempted(programs, [&] { return starts_with_flags(with); }), EPERM) << with;
    }
    EXPECT_EQ(attempted(programs, [] { return starts_with_flags(0); }), 0) << "an ordinary child";
    EXPECT_EQ(attempted(programs, [] { return ::setns(::open("/proc/self/ns/net", O_RDONLY), 0) == 0; }),
              EPERM);
    // Its flags are in memory: no filter can tell. ENOSYS has the C library use clone(2).
    EXPECT_EQ(attempted(programs, [] { return ::syscall(SYS_clone3, nullptr, 0) >= 0; }), ENOSYS);
}

TEST(Sandbox, StartsChildrenAndThreadsOfPrograms) {
    const auto runs_shell = [] {
        std::array<char*, 4> words{const_cast<char*>("sh"), const_cast<char*>("-c"),
                                   const_cast<char*>("true | (true; exit $(expr 1 - 1))"), nullptr};
        return ::execv("/bin/sh", words.data()) == 0;
    };
    EXPECT_EQ(attempted(programs, runs_shell), 0);
    const auto runs_thread = [] {
        int seen = 0;
        std::thread([&] { seen = 1; }).join();
        return seen == 1;
    };
    EXPECT_EQ(attempted(programs, runs_thread), 0);
}

TEST(Sandbox, ProgramsOpenOnlyOrdinarySockets) {
    for (const int family : {AF_UNIX, AF_INET, AF_INET6})
        for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
            const auto answer = attempted(programs, [&] { return opens_socket(family, type, 0); });
            EXPECT_TRUE(answer == 0 || answer == EAFNOSUPPORT) << family << " " << type;
        }
    for (int family = 0; family < AF_MAX; ++family) {
        if (family == AF_UNIX || family == AF_INET || family == AF_INET6) continue;
        EXPECT_EQ(attempted(programs, [&] { return opens_socket(family, SOCK_DGRAM, 0); }), EPERM) << family;
    }
    constexpr int old_packet_socket = 10;  // SOCK_PACKET, of any family
    for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_PACKET})
        EXPECT_EQ(attempted(programs, [&] { return opens_socket(family, old_packet_socket, 0x300); }), EPERM);
}

/// A filter compares 64 bits, the kernel takes 32.
TEST(Sandbox, IsNotDeceivedByTheUpperHalfOfAnArgument) {
    constexpr long upper = 1L << 32;
    const auto opens = [](long family, long type) {
        return attempted(programs, [=] { return ::syscall(SYS_socket, family, type, 0L) >= 0; });
    };
    EXPECT_EQ(opens(upper | AF_NETLINK, SOCK_DGRAM), EPERM);
    EXPECT_EQ(opens(upper | AF_PACKET, SOCK_DGRAM), EPERM);
    EXPECT_EQ(opens(AF_INET, upper | SOCK_RAW), EPERM);
    EXPECT_EQ(attempted(programs, [=] { return starts_with_flags(1UL << 32U | CLONE_NEWUSER); }), EPERM);
}

/// What an attacker's tool box begins with.
TEST(Sandbox, ProgramsReachNoPartOfTheKernelThatOnlyRootShouldMeet) {
    struct Row {
        const char* name;
        long call;
    };
    const std::array rows{
        Row{"mount", SYS_mount},
        Row{"umount2", SYS_umount2},
        Row{"fsopen", SYS_fsopen},
        Row{"fsconfig", SYS_fsconfig},
        Row{"fsmount", SYS_fsmount},
        Row{"fspick", SYS_fspick},
        Row{"open_tree", SYS_open_tree},
        Row{"move_mount", SYS_move_mount},
        Row{"mount_setattr", SYS_mount_setattr},
        Row{"pivot_root", SYS_pivot_root},
        Row{"chroot", SYS_chroot},
        Row{"keyctl", SYS_keyctl},
        Row{"add_key", SYS_add_key},
        Row{"request_key", SYS_request_key},
        Row{"bpf", SYS_bpf},
        Row{"perf_event_open", SYS_perf_event_open},
        Row{"io_uring_setup", SYS_io_uring_setup},
        Row{"io_uring_enter", SYS_io_uring_enter},
        Row{"userfaultfd", SYS_userfaultfd},
        Row{"ptrace", SYS_ptrace},
        Row{"process_vm_readv", SYS_process_vm_readv},
        Row{"process_vm_writev", SYS_process_vm_writev},
        Row{"pidfd_getfd", SYS_pidfd_getfd},
        Row{"kcmp", SYS_kcmp},
        Row{"kexec_load", SYS_kexec_load},
        Row{"kexec_file_load", SYS_kexec_file_load},
        Row{"init_module", SYS_init_module},
        Row{"finit_module", SYS_finit_module},
        Row{"open_by_handle_at", SYS_open_by_handle_at},
        Row{"fanotify_init", SYS_fanotify_init},
        Row{"syslog", SYS_syslog},
        Row{"settimeofday", SYS_settimeofday},
        Row{"quotactl", SYS_quotactl},
        Row{"swapon", SYS_swapon},
        Row{"reboot", SYS_reboot},
        Row{"vhangup", SYS_vhangup},
#ifdef SYS_iopl
        Row{"iopl", SYS_iopl},
        Row{"ioperm", SYS_ioperm},
        Row{"modify_ldt", SYS_modify_ldt},
#endif
    };
    // Senseless arguments: what reached the kernel would be refused for another reason.
    for (const auto& [name, call] : rows)
        EXPECT_EQ(attempted(programs, [call = call] { return ::syscall(call, -1, -1, -1, -1, -1) >= 0; }),
                  EPERM)
            << name;
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
