/// Writes the system call filters of pulse/sandbox/sandbox.h as C++ arrays, at build time: libseccomp takes
/// more memory to make one than a nanny takes for everything, and thousands of nannies start at once.

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>

namespace {

/// socket(2) takes two flags together with the type.
constexpr scmp_datum_t type_bits = ~static_cast<scmp_datum_t>(SOCK_CLOEXEC | SOCK_NONBLOCK) & 0xffffffffU;

/// Calls without which nothing runs, and those of descriptors that are open already.
constexpr std::array plain_calls{
    SCMP_SYS(brk),          SCMP_SYS(clock_gettime),  SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),        SCMP_SYS(epoll_create1),  SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),  SCMP_SYS(epoll_wait),     SCMP_SYS(eventfd2),
    SCMP_SYS(exit),         SCMP_SYS(exit_group),     SCMP_SYS(fcntl),
    SCMP_SYS(fstat),        SCMP_SYS(getegid),        SCMP_SYS(geteuid),
    SCMP_SYS(getgid),       SCMP_SYS(getuid),         SCMP_SYS(futex),
    SCMP_SYS(getpid),       SCMP_SYS(getrandom),      SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday), SCMP_SYS(lseek),          SCMP_SYS(madvise),
    SCMP_SYS(mremap),       SCMP_SYS(munmap),         SCMP_SYS(nanosleep),
    SCMP_SYS(newfstatat),   SCMP_SYS(poll),           SCMP_SYS(ppoll),
    SCMP_SYS(read),         SCMP_SYS(readv),          SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_yield),  SCMP_SYS(sigaltstack),    SCMP_SYS(tgkill),
    SCMP_SYS(time),         SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
    SCMP_SYS(write),        SCMP_SYS(writev),
};

/// Calls of sockets. What may be opened is decided at socket(2).
constexpr std::array socket_calls{
    SCMP_SYS(bind),       SCMP_SYS(connect),    SCMP_SYS(getpeername), SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt), SCMP_SYS(recvmsg),    SCMP_SYS(recvfrom),    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),     SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
};

/// What a check program has no ordinary use for, and would need more rights than it has for anyway: one wall
/// more.
constexpr std::array system_calls{
    SCMP_SYS(acct),
    SCMP_SYS(add_key),
    SCMP_SYS(adjtimex),
    SCMP_SYS(afs_syscall),
    SCMP_SYS(bpf),
    SCMP_SYS(chroot),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(clock_settime),
    SCMP_SYS(delete_module),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(finit_module),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fsopen),
    SCMP_SYS(fspick),
    SCMP_SYS(init_module),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(ioperm),
    SCMP_SYS(iopl),
    SCMP_SYS(kcmp),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(kexec_load),
    SCMP_SYS(keyctl),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(migrate_pages),
    SCMP_SYS(modify_ldt),
    SCMP_SYS(mount),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(move_mount),
    SCMP_SYS(move_pages),
    SCMP_SYS(nfsservctl),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(open_tree),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pivot_root),
    SCMP_SYS(process_madvise),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(ptrace),
    SCMP_SYS(quotactl),
    SCMP_SYS(quotactl_fd),
    SCMP_SYS(reboot),
    SCMP_SYS(request_key),
    SCMP_SYS(setdomainname),
    SCMP_SYS(sethostname),
    SCMP_SYS(setns),
    SCMP_SYS(settimeofday),
    SCMP_SYS(swapoff),
    SCMP_SYS(swapon),
    SCMP_SYS(syslog),
    SCMP_SYS(umount),
    SCMP_SYS(umount2),
    SCMP_SYS(unshare),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(vm86),
    SCMP_SYS(vhangup),
};

/// A filter being made. A call this architecture lacks is no concern; anything else that fails ends the
/// build.
class Filter {
  public:
    explicit Filter(std::uint32_t otherwise) : context_(::seccomp_init(otherwise)) {
        if (context_ == nullptr) std::abort();
    }
    ~Filter() { ::seccomp_release(context_); }
    Filter(const Filter&) = delete;
    Filter& operator=(const Filter&) = delete;
    Filter(Filter&&) = delete;
    Filter& operator=(Filter&&) = delete;

    template <class... Conditions>
    void add(std::uint32_t action, int call, Conditions... conditions) {
        const std::array<scmp_arg_cmp, sizeof...(conditions)> list{conditions...};
        const int error =
            ::seccomp_rule_add_array(context_, action, call, sizeof...(conditions), list.data());
        if (error != 0 && error != -EDOM) std::abort();
    }

    void print(std::FILE* out, const char* name) const {
        std::FILE* program = std::tmpfile();
        if (program == nullptr || ::seccomp_export_bpf(context_, ::fileno(program)) != 0) std::abort();
        std::rewind(program);
        (void)std::fprintf(out, "constexpr sock_filter %s[] = {\n", name);
        for (sock_filter step{}; std::fread(&step, sizeof step, 1, program) == 1;)
            (void)std::fprintf(out, "    {%#x, %u, %u, %#x},\n", step.code, step.jt, step.jf, step.k);
        (void)std::fprintf(out, "};\n");
        (void)std::fclose(program);
    }

  private:
    scmp_filter_ctx context_;
};

scmp_arg_cmp equals(unsigned argument, scmp_datum_t value) {
    return SCMP_CMP(argument, SCMP_CMP_EQ, value, 0);
}
scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
    return SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, mask, value);
}

/// An allow-list: whatever is not named fails with EPERM.
void allow_sockets(Filter& filter, bool ping) {
    for (const int call : plain_calls) filter.add(SCMP_ACT_ALLOW, call);
    for (const int call : socket_calls) filter.add(SCMP_ACT_ALLOW, call);
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
        filter.add(SCMP_ACT_ALLOW, call, masked(2, PROT_EXEC, 0));
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), equals(1, FIONBIO));
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), equals(1, FIONREAD));
    for (const int family : {AF_INET, AF_INET6}) {
        const auto of_family = equals(0, static_cast<scmp_datum_t>(family));
        for (const int protocol : {0, static_cast<int>(IPPROTO_TCP), static_cast<int>(IPPROTO_SCTP)})
            filter.add(SCMP_ACT_ALLOW, SCMP_SYS(socket), of_family, masked(1, type_bits, SOCK_STREAM),
                       equals(2, static_cast<scmp_datum_t>(protocol)));
        for (const int protocol : {0, static_cast<int>(IPPROTO_UDP)})
            filter.add(SCMP_ACT_ALLOW, SCMP_SYS(socket), of_family, masked(1, type_bits, SOCK_DGRAM),
                       equals(2, static_cast<scmp_datum_t>(protocol)));
        const auto icmp =
            family == AF_INET ? static_cast<int>(IPPROTO_ICMP) : static_cast<int>(IPPROTO_ICMPV6);
        if (ping)
            filter.add(SCMP_ACT_ALLOW, SCMP_SYS(socket), of_family, masked(1, type_bits, SOCK_DGRAM),
                       equals(2, static_cast<scmp_datum_t>(icmp)));
    }
    // A syslog daemon that was restarted wants a new connection.
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(socket), equals(0, AF_UNIX), masked(1, type_bits, SOCK_DGRAM));
}

void allow_reading(Filter& filter) {
    constexpr scmp_datum_t changing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(openat), masked(2, changing, 0));
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(open), masked(1, changing, 0));
    for (const int call : {SCMP_SYS(access), SCMP_SYS(faccessat2), SCMP_SYS(getdents64), SCMP_SYS(lstat),
                           SCMP_SYS(pread64), SCMP_SYS(readlink), SCMP_SYS(stat)})
        filter.add(SCMP_ACT_ALLOW, call);
}

/// A new user namespace gives every capability inside it, and with that reach to the kernel's parts that only
/// root should meet. clone3(2) has its flags in memory, where no filter sees them: without it the C library
/// takes clone(2), as before Linux 5.3.
void refuse_namespaces(Filter& filter) {
#if defined(__s390__)
    constexpr unsigned flags = 1;
#else
    constexpr unsigned flags = 0;
#endif
    for (const scmp_datum_t space : {CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWIPC,
                                     CLONE_NEWUTS, CLONE_NEWCGROUP})
        filter.add(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), masked(flags, space, space));
    filter.add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
}

/// Left are local, IPv4 and IPv6 sockets that are neither raw nor of packets. The kernel takes 32 bits of
/// each argument, so no more are compared.
void refuse_other_sockets(Filter& filter) {
    const auto refuse = SCMP_ACT_ERRNO(EPERM);
    constexpr scmp_datum_t low = 0xffffffffU;
    for (scmp_datum_t family = AF_UNSPEC; family < AF_MAX; ++family)
        if (family != AF_UNIX && family != AF_INET && family != AF_INET6)
            filter.add(refuse, SCMP_SYS(socket), masked(0, low, family));
    for (const scmp_datum_t type : {SOCK_RAW, SOCK_RDM, SOCK_PACKET})
        filter.add(refuse, SCMP_SYS(socket), masked(1, type_bits, type));
}

void refuse_the_extraordinary(Filter& filter) {
    for (const int call : system_calls) filter.add(SCMP_ACT_ERRNO(EPERM), call);
    refuse_namespaces(filter);
    refuse_other_sockets(filter);
}

}  // namespace

int main(int argc, char** argv) {
    std::FILE* out = argc == 2 ? std::fopen(argv[1], "w") : nullptr;
    if (out == nullptr) return 2;
    Filter sockets(SCMP_ACT_ERRNO(EPERM));
    allow_sockets(sockets, false);
    sockets.print(out, "sockets");
    Filter sockets_and_ping(SCMP_ACT_ERRNO(EPERM));
    allow_sockets(sockets_and_ping, true);
    sockets_and_ping.print(out, "sockets_and_ping");
    Filter sockets_and_files(SCMP_ACT_ERRNO(EPERM));
    allow_sockets(sockets_and_files, true);
    allow_reading(sockets_and_files);
    sockets_and_files.print(out, "sockets_and_files");
    Filter ordinary(SCMP_ACT_ALLOW);
    refuse_the_extraordinary(ordinary);
    ordinary.print(out, "ordinary");
    return std::fclose(out) == 0 ? 0 : 1;
}
