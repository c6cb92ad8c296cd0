#include "pulse/process/daemonize.h"

#include <cerrno>

#include <sys/prctl.h>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "pulse/runtime/unique_fd.h"

namespace pulse::process {

namespace {

/// Forks and lets the parent exit.
Result<void> leave_parent() {
    const auto pid = ::fork();
    if (pid < 0) return fail_errno("cannot fork", errno);
    if (pid > 0) ::_exit(0);
    return {};
}

}  // namespace

Result<void> daemonize() {
    if (auto first = leave_parent(); !first) return first;
    if (::setsid() < 0) return fail_errno("cannot start a session", errno);
    if (auto second = leave_parent(); !second) return second;
    if (::chdir("/") != 0) return fail_errno("cannot change to /", errno);
    const runtime::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return fail_errno("cannot open /dev/null", errno);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::dup2(null.get(), stream) < 0) return fail_errno("cannot redirect to /dev/null", errno);
    return {};
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
