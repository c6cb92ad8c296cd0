#include "pulse/process/daemonize.h"

#include <array>
#include <cerrno>

#include <sys/prctl.h>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "pulse/runtime/unique_fd.h"

namespace pulse::process {

namespace {

/// Forks; the parent waits until nobody holds the other end of `released` and exits.
Result<void> leave_parent(const runtime::UniqueFd& released, runtime::UniqueFd& holding) {
    const auto pid = ::fork();
    if (pid < 0) return fail_errno("cannot fork", errno);
    if (pid == 0) return {};
    holding.close();
    char byte = 0;
    while (::read(released.get(), &byte, 1) < 0 && errno == EINTR) {
    }
    ::_exit(0);
}

}  // namespace

Result<runtime::UniqueFd> daemonize() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("cannot make a pipe", errno);
    const runtime::UniqueFd released(ends[0]);
    runtime::UniqueFd holding(ends[1]);
    if (auto first = leave_parent(released, holding); !first) return fail(first.error(), "");
    if (::setsid() < 0) return fail_errno("cannot start a session", errno);
    if (auto second = leave_parent(released, holding); !second) return fail(second.error(), "");
    if (::chdir("/") != 0) return fail_errno("cannot change to /", errno);
    const runtime::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return fail_errno("cannot open /dev/null", errno);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::dup2(null.get(), stream) < 0) return fail_errno("cannot redirect to /dev/null", errno);
    return holding;
}

Result<void> drop_privileges(const char* user) {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fail_errno("cannot forbid new privileges", errno);
    if (::geteuid() != 0) return {};
    const passwd* account = ::getpwnam(user);
    const uid_t uid = account != nullptr ? account->pw_uid : 65534;
    const gid_t gid = account != nullptr ? account->pw_gid : 65534;
    if (::setgroups(0, nullptr) != 0 || ::setgid(gid) != 0 || ::setuid(uid) != 0)
        return fail_errno("cannot give up root", errno);
    return {};
}

}  // namespace pulse::process
